/// A scenario's chip with one more process on it that runs all the time, so that the hart can never run ahead
/// of its quantum. ticking_chip PROGRAM.elf SCENARIO.yaml QUANTUM TICK_NS: runs the program to its end, shows
/// what it prints and how many instructions it took. Durations as in scenarios, but TICK_NS, a number.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>

#include <systemc>

#include "platform/loader/boot_image.h"
#include "platform/run_recorder.h"
#include "platform/scenario/scenario.h"
#include "platform/simulation.h"
#include "platform/soc.h"
#include "platform/unit_design.h"

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

void load(Soc& soc, const ChipConfig& chip, const std::filesystem::path& program) {
  const ElfImage image = read_elf(program);
  kasane_boot_info info{};
  info.magic = KASANE_BOOT_INFO_MAGIC;
  info.version = KASANE_BOOT_INFO_VERSION;
  info.timebase_hertz = chip.clint.timebase_hertz;
  soc.load(image, program.string());
  soc.load(memory_map_entry(KASANE_DEVICE_BOOT_ROM).base, boot_image(image.entry, info, soc.devices()),
           "boot ROM");
}

int run(const std::filesystem::path& program, const std::filesystem::path& scenario_file,
        const std::string& quantum, double tick_ns) {
  Scenario scenario = read_scenario(scenario_file, {{"chip.cpu.quantum", quantum}},
                                    {.source = KASANE_SOURCE_DIR, .firmware = KASANE_FIRMWARE_DIR});
  wire_units(scenario.chip);
  const Technology technology = Technology::load(scenario.technology);
  RunRecorder recorder;
  Soc soc(
      "soc", scenario.chip, technology, [](char character) { std::putchar(character); }, recorder);
  const Ticker ticker("ticker", sc_core::sc_time(tick_ns, sc_core::SC_NS));
  load(soc, scenario.chip, program);
  simulate(sc_core::SC_ZERO_TIME, [] {});
  std::printf("instructions %llu\n", static_cast<unsigned long long>(soc.hart().instructions()));
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
