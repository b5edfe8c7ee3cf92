/// Traps, interrupts, sleep, changing code, and time to the cycle. Every program has a chip of its own; all
/// run side by side in one simulation of 200 us, and the tests look at what is left.
#include <gtest/gtest.h>
#include <memory>
#include <vector>

#include "models/common/silent_observer.h"
#include "tests/unit/cpu/testbench.h"

namespace kasane::testing {
namespace {

constexpr std::uint64_t results = 0x80100000;
constexpr int programs = 12;
const sc_core::sc_time length(200, sc_core::SC_US);

enum Program {
  traps,
  priorities,
  sleeping,
  changing,
  counting,
  replaced,
  device_time,
  looping,
  no_dmi,
  clock,
  floating,
  strict
};

std::uint64_t start_of(int program) {
  return ram_base + 0x1000 * static_cast<std::uint64_t>(program);
}

/// Adds up what the observers are told, to hold it against the ledger.
class Sum : public SilentObserver {
 public:
  void on_energy(BlockId, const Interval& when, double joules) override {
    EXPECT_GE(when.begin, sc_core::sc_time_stamp());
    total += joules;
  }
  void on_slice(BlockId, Track, std::string_view name, LayerId, const Interval& when) override {
    (name == "run" ? running : asleep) += when.length();
  }
  double total = 0;
  sc_core::sc_time running;
  sc_core::sc_time asleep;
};

class HartTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    for (int program = 0; program < programs; ++program) {
      HartConfig config = at_ram();
      config.reset_vector = start_of(program);
      if (program == strict) config.misaligned = Misaligned::trap;
      benches().push_back(std::make_unique<Testbench>(("bench" + std::to_string(program)).c_str(), config));
      Testbench& bench = *benches().back();
      bench.load_file(KASANE_HART_PROGRAMS);
      bench.account.observe(sums()[static_cast<std::size_t>(program)]);
    }
    at(device_time).surroundings.latency = sc_core::sc_time(10, sc_core::SC_NS);
    sc_core::sc_start(sc_core::sc_time(50'300, sc_core::SC_NS));
    at(looping).surroundings.set_lines(4);
    replace_function();
    cycles_at_change() = at(clock).hart.cycles();
    at(clock).domain.set_point(1);
    sc_core::sc_start(length - sc_core::sc_time_stamp());
    for (const auto& bench : benches()) bench->hart.settle();
  }

  /// As a DMA engine would do it.
  static void replace_function() {
    Testbench& bench = at(replaced);
    const std::uint32_t addi_a0_22 = 0x01600513;
    for (std::uint64_t offset = start_of(replaced) - ram_base;; offset += 2) {
      std::uint32_t word;
      std::memcpy(&word, &bench.surroundings.ram[offset], 4);
      if (word != 0x00B00513) continue;  // addi a0, zero, 11
      std::memcpy(&bench.surroundings.ram[offset], &addi_a0_22, 4);
      bench.hart.invalidate_code(ram_base + offset, ram_base + offset + 4);
      return;
    }
  }

  static Testbench& at(Program program) { return *benches()[static_cast<std::size_t>(program)]; }
  static std::uint64_t result(Program program, std::uint64_t index) {
    return at(program).memory<std::uint64_t>(results + 8 * index);
  }
  static std::vector<std::unique_ptr<Testbench>>& benches() {
    static std::vector<std::unique_ptr<Testbench>> all;
    return all;
  }
  static std::array<Sum, programs>& sums() {
    static std::array<Sum, programs> all;
    return all;
  }
  static std::uint64_t& cycles_at_change() {
    static std::uint64_t cycles = 0;
    return cycles;
  }
};

TEST_F(HartTest, SynchronousTrapsArePrecise) {
  struct Trap {
    std::uint64_t cause, value, distance;
  };
  const std::uint64_t nothing = 0x40000008, device = 0x10000000, memory = 0x80100801;
  const std::uint64_t absent_csr = 0x5C002773;
  const std::uint64_t ebreak_at = result(traps, 3 * 10 + 1);
  const Trap expected[] = {{5, nothing, 0},    {7, nothing + 4, 0}, {1, nothing, 0}, {4, device + 1, 0},
                           {6, device + 1, 0}, {6, memory, 0},      {6, memory, 0},  {4, memory, 0},
                           {7, device, 0},     {5, device, 0},      {3, 0, 0},       {2, absent_csr, 0}};
  for (std::uint64_t n = 0; n < std::size(expected); ++n) {
    SCOPED_TRACE(n);
    EXPECT_EQ(result(traps, 3 * n), expected[n].cause);
    if (expected[n].cause != 3) {
      EXPECT_EQ(result(traps, 3 * n + 1), expected[n].value);
    }
    if (expected[n].cause != 1) {  // a fetch fault is found where the jump leads
      EXPECT_EQ(result(traps, 3 * n + 2), expected[n].distance);
    }
  }
  EXPECT_EQ(ebreak_at & ~std::uint64_t{0xFFF}, start_of(traps));
  EXPECT_EQ(result(traps, 36), 0xA00000080u);  // SXL, UXL = 64 bits, MPP = user after MRET, MPIE
  EXPECT_EQ(result(traps, 37), std::uint64_t{2} << 62 | 0x14112Du);  // RV64, letters A, C, D, F, I, M, S, U
}

TEST_F(HartTest, InterruptsAreTakenByPriority) {
  EXPECT_EQ(result(priorities, 0), 0x888u);
  const std::uint64_t interrupt = std::uint64_t{1} << 63;
  EXPECT_EQ(result(priorities, 1), interrupt | 11);
  EXPECT_EQ(result(priorities, 2), interrupt | 3);
  EXPECT_EQ(result(priorities, 3), interrupt | 7);
  EXPECT_EQ(result(priorities, 4), 0x111u);
}

TEST_F(HartTest, WfiSleepsInSimulatedTime) {
  const std::uint64_t slept = result(sleeping, 1) - result(sleeping, 0);
  EXPECT_GE(slept, 5000u);
  EXPECT_LE(slept, 5020u);
  // mcycle runs on at 1 GHz, a cycle a nanosecond; the time's readings lie around those of mcycle.
  EXPECT_GE(result(sleeping, 2), 4990u);
  EXPECT_LE(result(sleeping, 2), slept);
  EXPECT_TRUE(at(sleeping).hart.sleeping());
  EXPECT_LT(at(sleeping).hart.cycles(), 200u);
}

TEST_F(HartTest, SlicesCoverTheRunAndOnlyRunningIsBusy) {
  const Sum& sum = sums()[sleeping];
  EXPECT_EQ(sum.running + sum.asleep, length);
  EXPECT_GT(sum.asleep, sc_core::sc_time(199, sc_core::SC_US));
  EXPECT_EQ(at(sleeping).account.blocks().front().busy, sum.running);
}

TEST_F(HartTest, ChangedCodeIsSeen) {
  EXPECT_EQ(result(changing, 0), 1u);
  EXPECT_EQ(result(changing, 1), 2u);
  EXPECT_EQ(result(changing, 2), 77u);
  EXPECT_EQ(result(changing, 3), 2u);
}

TEST_F(HartTest, CodeReplacedByOthersIsSeen) {
  EXPECT_EQ(result(replaced, 0), 22u);
}

TEST_F(HartTest, CountsAreExact) {
  EXPECT_EQ(result(counting, 0), 2u);
  // csrr, csrr, csrr, addi, mul, div, sd, ld: 2 + 2 + 2 + 1 + 1 + 34 + 1 + 1.
  EXPECT_EQ(result(counting, 1), 44u);
  // From one reading of minstret to the next: itself, addi, mul, div, sd, ld, csrr.
  EXPECT_EQ(result(counting, 2), 7u);
  // csrr, csrr, li, 10 × addi, 9 × taken, 1 × not taken: 2 + 2 + 1 + 10 + 27 + 1.
  EXPECT_EQ(result(counting, 3), 43u);
  EXPECT_EQ(result(counting, 4), 0u);  // what was written is read by the next instruction
  EXPECT_EQ(result(counting, 5), 0u);  // inhibited
}

TEST_F(HartTest, FloatingPointIsCountedUpToATrap) {
  // csrr, csrr, fadd, fsgnj, fmul, fmadd, fdiv, the trap: 2 + 2 + 2 + 2 + 2 + 2 + 20 + 4. What follows the
  // trapping instruction in its block is not executed.
  EXPECT_EQ(result(floating, 0), 36u);
  EXPECT_EQ(result(floating, 1), 7u);  // from reading to reading: itself, five operations, csrr
  const Testbench& bench = at(floating);
  for (const auto& [name, count] : {std::pair{"instruction_float_add", 2},
                                    {"instruction_float_multiply", 1},
                                    {"instruction_float_fused", 1},
                                    {"instruction_float_divide", 1}}) {
    SCOPED_TRACE(name);
    int found = 0;
    for (const OperationId id : bench.account.blocks().front().operations) {
      const OperationEntry& operation = bench.account.operation(id);
      if (operation.name != name) continue;
      ++found;
      EXPECT_EQ(operation.count, static_cast<std::uint64_t>(count));
    }
    EXPECT_EQ(found, 1);
  }
}

TEST_F(HartTest, MisalignedAccessesTrapWhereConfigured) {
  constexpr std::uint64_t base = 0x80100800, load = 4, store = 6;
  const std::pair<std::uint64_t, std::uint64_t> expected[] = {
      {load, base + 1},  {load, base + 2},  {load, base + 4},  {load, base + 3}, {load, base + 4},
      {store, base + 3}, {store, base + 1}, {store, base + 6}, {store, base + 2}};
  std::uint64_t n = 0;
  for (const auto& [cause, address] : expected) {
    SCOPED_TRACE(n);
    EXPECT_EQ(result(strict, n++), cause);
    EXPECT_EQ(result(strict, n++), address);
    EXPECT_EQ(result(strict, n++), 0u);  // taken at the instruction itself
  }
  EXPECT_EQ(result(strict, n), 1u);
  EXPECT_EQ(result(strict, n + 1), 0x3FF0000000000000u);
  EXPECT_EQ(result(strict, n + 2), 0xFFFFFFFF3FF00000u);  // a single is boxed
}

TEST_F(HartTest, DevicesSeeTheTime) {
  const auto& times = at(device_time).surroundings.access_times;
  ASSERT_EQ(times.size(), 2u);
  // The macro's li is lui, addiw, slli or the like: as many cycles as there are instructions before the
  // store.
  const sc_core::sc_time first = times[0];
  const std::uint64_t before = at(device_time).hart.instructions() > 99 ? first.value() / 1000 : 0;
  EXPECT_GE(before, 99u + 1);
  EXPECT_LE(before, 99u + 4);
  // The access itself (10 ns of transport), the store's cycle, one addition.
  EXPECT_EQ(times[1] - first, sc_core::sc_time(10 + 1 + 1, sc_core::SC_NS));
}

TEST_F(HartTest, InterruptsAreTakenWithinTheQuantum) {
  EXPECT_GE(result(looping, 0), 50'300u);
  EXPECT_LE(result(looping, 0), 50'300u + 1000 + 20);
  EXPECT_EQ(result(looping, 1), 0u);
}

TEST_F(HartTest, ExecutesFromMemoryWithoutDmi) {
  EXPECT_EQ(result(no_dmi, 0), 70u);
}

TEST_F(HartTest, RunsAtTheDomainsFrequency) {
  // 1 GHz for 50.3 us, 0.5 GHz for 149.7 us; the change applies from the next synchronisation.
  const std::uint64_t after = at(clock).hart.cycles() - cycles_at_change();
  EXPECT_NEAR(static_cast<double>(cycles_at_change()), 50'300, 1000);
  EXPECT_NEAR(static_cast<double>(after), 74'850, 1000);
  // Blocks of addi and jump: 3 cycles, 2 instructions.
  EXPECT_NEAR(static_cast<double>(at(clock).hart.instructions()) * 3 / 2,
              static_cast<double>(at(clock).hart.cycles()), 20);
}

TEST_F(HartTest, EveryInstructionAndAccessIsBooked) {
  for (std::size_t n = 0; n < programs; ++n) {
    SCOPED_TRACE(n);
    Testbench& bench = *benches()[n];
    const BlockEntry& block = bench.account.blocks().front();
    std::uint64_t booked = 0;
    double joules = 0;
    for (const OperationId id : block.operations) {
      const OperationEntry& operation = bench.account.operation(id);
      booked += operation.count;
      joules += static_cast<double>(operation.count) * operation.joules.value;
    }
    EXPECT_EQ(booked, bench.hart.instructions());
    EXPECT_GT(sums()[n].total, 0);
    EXPECT_NEAR(sums()[n].total, joules, 1e-9 * joules);  // all at nominal voltage
  }
  // The loop of addi and jump spans one word of 8 bytes: one read a turn, two instructions.
  EXPECT_NEAR(static_cast<double>(at(clock).surroundings.metered_reads),
              static_cast<double>(at(clock).hart.instructions()) / 2, 10);
}

}  // namespace
}  // namespace kasane::testing
