/// A scenario's chip with one more process on it that runs all the time, so that the hart can never run ahead
/// of its quantum. ticking_chip PROGRAM.elf SCENARIO.yaml QUANTUM TICK_NS: runs the program to its end, shows
/// what it prints and how many instructions it took. Durations as in scenarios, but TICK_NS, a number.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>

#include <systemc>

#include "platform/run/run_recorder.h"
#include "platform/run/run_setup.h"
#include "platform/scenario/scenario.h"
#include "platform/simulation.h"

namespace kasane {
namespace {

class Ticker : public sc_core::sc_module {
 public:
  Ticker(sc_core::sc_module_name name, sc_core::sc_time period) : sc_module(name), period_(period) {
    SC_HAS_PROCESS(Ticker);
    SC_METHOD(tick);
  }

 private:
  void tick() { next_trigger(period_); }
  sc_core::sc_time period_;
};

int run(const std::string& program, const std::filesystem::path& scenario_file, const std::string& quantum,
        double tick_ns) {
  Scenario scenario =
      read_scenario(scenario_file, {{"software.firmware", program}, {"chip.cpu.quantum", quantum}},
                    {.source = KASANE_SOURCE_DIR, .firmware = KASANE_FIRMWARE_DIR});
  const Technology technology = Technology::load(scenario.technology);
  RunRecorder recorder;
  const ReadyRun ready = prepare(
      scenario, technology, [](char character) { std::putchar(character); }, recorder);
  const Ticker ticker("ticker", sc_core::sc_time(tick_ns, sc_core::SC_NS));
  simulate(sc_core::SC_ZERO_TIME, {});
  std::printf("instructions %llu\n", static_cast<unsigned long long>(ready.machine->hart().instructions()));
  return recorder.exit_code() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace kasane

int sc_main(int argc, char* argv[]) {
  sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_DO_NOTHING);
  if (argc != 5) {
    std::fprintf(stderr, "usage: ticking_chip PROGRAM.elf SCENARIO.yaml QUANTUM TICK_NS\n");
    return 2;
  }
  try {
    return kasane::run(argv[1], argv[2], argv[3], std::atof(argv[4]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ticking_chip: %s\n", error.what());
    return 2;
  }
}
