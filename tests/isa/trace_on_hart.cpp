/// Runs a program image on the hart and traces its instructions.
/// trace_on_hart IMAGE LOG WHAT [QUANTUM_NS]; WHAT as --trace-instructions has it, or "nothing". Prints what
/// the trace must not change, and how many instructions were retired.
#include <cstdio>
#include <exception>
#include <iostream>
#include <optional>
#include <string>

#include "platform/trace/instructions/instruction_tracer.h"
#include "tests/unit/cpu/testbench.h"

namespace {

using namespace kasane;
using namespace kasane::testing;

void run(const std::string& image, const std::string& log_file, const std::string& what, double quantum) {
  sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_DO_NOTHING);  // "stopped by user"
  HartConfig config = at_ram(sc_core::sc_time(quantum, sc_core::SC_NS));
  Testbench bench("bench", config);
  bench.load_file(image);
  std::optional<InstructionLog> log;
  std::optional<InstructionTracer> tracer;
  if (what != "nothing") {
    log.emplace(log_file, what, [](std::uint64_t) { return CodePlace{}; });
    tracer.emplace(
        parse_instruction_selection(what), std::nullopt,
        [&bench](std::uint64_t cycles) { return bench.hart.time_at(cycles).value(); }, *log);
    bench.hart.core().attach(*tracer);
  }
  sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_SEC));
  if (tracer) {
    tracer->finish(bench.hart.core());
    log->finish();
  }
  bench.account.settle();
  std::printf("instructions %llu cycles %llu picoseconds %llu reads %llu writes %llu joules %.17g\n",
              static_cast<unsigned long long>(bench.hart.instructions()),
              static_cast<unsigned long long>(bench.hart.cycles()),
              static_cast<unsigned long long>(sc_core::sc_time_stamp().value()),
              static_cast<unsigned long long>(bench.surroundings.metered_reads),
              static_cast<unsigned long long>(bench.surroundings.metered_writes),
              bench.account.spent(bench.hart.block()).total());
}

}  // namespace

int sc_main(int argc, char* argv[]) {
  if (argc < 4) {
    std::cerr << "usage: trace_on_hart IMAGE LOG WHAT [QUANTUM_NS]\n";
    return 2;
  }
  try {
    run(argv[1], argv[2], argv[3], argc > 4 ? std::stod(argv[4]) : 1000);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
  return 0;
}
