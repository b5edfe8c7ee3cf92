/// Simulated instructions per host second, inside the SystemC kernel, with a timer interrupt every 100 us of
/// simulated time, classes counted and energy booked.
/// hart_benchmark [PROGRAM [QUANTUM_NS [OTHER_NS]]]: program 0 is the compute loop, 1 matrix and sieve;
/// OTHER_NS is the period of another process on the chip (0: none). One elaboration, and so one case, a run.
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <memory>

#include "tests/unit/cpu/testbench.h"

namespace {

using namespace kasane::testing;

/// Somebody else on the chip who runs all the time, so that every quantum must be kept.
class Ticker : public sc_core::sc_module {
 public:
  explicit Ticker(sc_core::sc_time period) : sc_module(sc_core::sc_module_name("ticker")), period_(period) {
    SC_HAS_PROCESS(Ticker);
    SC_METHOD(tick);
  }

 private:
  void tick() { next_trigger(period_); }
  sc_core::sc_time period_;
};

std::string program(int which) {
  return std::string(KASANE_BENCHMARK_PROGRAMS) + (which == 0 ? "/compute.bin" : "/matrix_sieve.bin");
}

}  // namespace

int sc_main(int argc, char* argv[]) {
  sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_DO_NOTHING);
  const int which = argc > 1 ? std::atoi(argv[1]) : 0;
  const double quantum = argc > 2 ? std::atof(argv[2]) : 1000;
  const double ticks = argc > 3 ? std::atof(argv[3]) : 0;
  Testbench bench("bench", at_ram(sc_core::sc_time(quantum, sc_core::SC_NS)));
  std::unique_ptr<Ticker> ticker;
  if (ticks > 0) {
    ticker = std::make_unique<Ticker>(sc_core::sc_time(ticks, sc_core::SC_NS));
  }
  bench.load_file(program(which));
  const std::string name = std::string(which == 0 ? "compute" : "matrix_sieve") +
                           "/quantum_ns:" + std::to_string(static_cast<int>(quantum)) +
                           "/other_activity_ns:" + std::to_string(static_cast<int>(ticks));
  benchmark::RegisterBenchmark(name.c_str(), [&bench](benchmark::State& state) {
    const std::uint64_t before = bench.hart.instructions();
    for (auto _ : state) sc_core::sc_start(sc_core::sc_time(10, sc_core::SC_MS));
    state.counters["instructions_per_second"] = benchmark::Counter(
        static_cast<double>(bench.hart.instructions() - before), benchmark::Counter::kIsRate);
  })->Unit(benchmark::kMillisecond);
  int count = 1;
  benchmark::Initialize(&count, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
