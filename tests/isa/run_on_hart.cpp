/// Runs a program image on the hart until it writes to the finisher; prints what it wrote to the console.
/// run_on_hart IMAGE [QUANTUM_NS]
#include <exception>
#include <iostream>

#include "tests/unit/cpu/testbench.h"

int sc_main(int argc, char* argv[]) {
  using namespace kasane::testing;
  if (argc < 2) {
    std::cerr << "usage: run_on_hart IMAGE [QUANTUM_NS]\n";
    return 2;
  }
  try {
    sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_DO_NOTHING);  // "stopped by user"
    const double quantum = argc > 2 ? std::stod(argv[2]) : 1000;
    kasane::HartConfig config = at_ram(sc_core::sc_time(quantum, sc_core::SC_NS));
    config.lookahead = sc_core::SC_ZERO_TIME;
    Testbench bench("bench", config);
    bench.load_file(argv[1]);
    sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_SEC));
    std::cout << bench.surroundings.output;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
  return 0;
}
