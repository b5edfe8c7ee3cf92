/// A debugger sees a hart exactly, and changes nothing by it: the same program runs on four chips, untouched,
/// stepped, stopped at a breakpoint and watched, and in the end all four must have done the same at the same
/// times with the same energy.
#include "platform/cpu/debug/hart_debugger.h"

#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <vector>

#include "tests/unit/cpu/testbench.h"

namespace kasane::testing {
namespace {

constexpr std::uint64_t counter = 0x80100000;
constexpr std::uint64_t only_read = counter + 8;
constexpr std::uint64_t loop = ram_base + 0x100;
constexpr std::uint64_t store = ram_base + 0x104;
constexpr std::uint64_t load = ram_base + 0x108;
constexpr std::uint64_t rounds = 200;
constexpr std::uint64_t handler_instructions = 7;
constexpr std::uint32_t a0 = 10;
const sc_core::sc_time length(200, sc_core::SC_US);

/// A chip, its debugger, and what is done at each stop.
struct Debugged {
  explicit Debugged(const char* name) : bench(name) { bench.load_file(KASANE_DEBUG_PROGRAMS); }
  Testbench bench;
  HartDebugger debugger{bench.hart};
  std::function<void()> at_stop = [] {};
  std::uint64_t stops = 0;
};

class HartDebuggerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    for (const char* name : {"untouched", "stepped", "broken", "watched"}) {
      all().push_back(std::make_unique<Debugged>(name));
    }
    step_always(*all()[1]);
    break_at_the_store(*all()[2]);
    watch_the_counter(*all()[3]);
    while (sc_core::sc_time_stamp() < length) {
      sc_core::sc_start(length - sc_core::sc_time_stamp());
      for (const auto& one : all()) serve(*one);
    }
    for (const auto& one : all()) {
      one->bench.hart.settle();
      one->bench.account.settle();
    }
  }

  static void serve(Debugged& one) {
    if (!one.debugger.halted()) return;
    const sc_core::sc_time before = sc_core::sc_time_stamp();
    ++one.stops;
    one.at_stop();
    EXPECT_EQ(sc_core::sc_time_stamp(), before);
  }

  static void step_always(Debugged& one) {
    one.debugger.halt();
    one.at_stop = [&one, before = std::uint64_t{0}]() mutable {
      const std::uint64_t now = one.bench.hart.instructions();
      const std::uint64_t served = now == before + 1 || now == 0 ? 0 : handler_instructions;
      EXPECT_EQ(now, one.stops == 1 ? 0 : before + 1 + served);
      before = now;
      one.debugger.step();
    };
  }

  static void break_at_the_store(Debugged& one) {
    one.debugger.halt();
    one.at_stop = [&one] {
      HartDebugger& debugger = one.debugger;
      if (one.stops == 1) {
        EXPECT_EQ(debugger.stop_info().reason, StopReason::halt_request);
        EXPECT_EQ(debugger.pc(), ram_base);
        debugger.add_breakpoint(store);
        return debugger.resume();
      }
      EXPECT_EQ(debugger.stop_info().reason, StopReason::breakpoint);
      EXPECT_EQ(debugger.pc(), store);
      EXPECT_EQ(debugger.read_x(a0), one.stops - 1);
      std::uint64_t memory = 0;
      EXPECT_TRUE(debugger.read_memory(counter, {reinterpret_cast<std::uint8_t*>(&memory), 8}));
      EXPECT_EQ(memory, one.stops - 2) << "the store has not been executed";
      debugger.resume();
    };
  }

  static void watch_the_counter(Debugged& one) {
    one.debugger.halt();
    one.at_stop = [&one] {
      HartDebugger& debugger = one.debugger;
      if (one.stops == 1) {
        debugger.add_watchpoint(counter + 1, 2, WatchKind::write);  // two bytes within the double word
        debugger.add_watchpoint(only_read, 8, WatchKind::read);
        return debugger.resume();
      }
      const StopInfo stop = debugger.stop_info();
      ASSERT_EQ(stop.reason, StopReason::watchpoint);
      const std::uint64_t round = one.stops / 2;
      const bool stored = one.stops % 2 == 0;
      EXPECT_EQ(stop.address, stored ? counter + 1 : only_read);
      EXPECT_EQ(stop.kind, stored ? WatchKind::write : WatchKind::read);
      EXPECT_EQ(debugger.pc(), stored ? store + 4 : load + 4) << "after the access";
      EXPECT_EQ(one.bench.memory<std::uint64_t>(counter), round);
      debugger.resume();
    };
  }

  static std::vector<std::unique_ptr<Debugged>>& all() {
    static std::vector<std::unique_ptr<Debugged>> chips;
    return chips;
  }
};

TEST_F(HartDebuggerTest, ProgramsRunAsWithoutADebugger) {
  const Testbench& plain = all()[0]->bench;
  EXPECT_EQ(plain.memory<std::uint64_t>(counter), rounds);
  EXPECT_EQ(plain.memory<std::uint64_t>(counter + 16), rounds / 32);
  for (std::size_t n = 1; n < all().size(); ++n) {
    SCOPED_TRACE(n);
    const Testbench& other = all()[n]->bench;
    EXPECT_EQ(other.hart.instructions(), plain.hart.instructions());
    EXPECT_EQ(other.hart.cycles(), plain.hart.cycles());
    EXPECT_EQ(other.surroundings.ram, plain.surroundings.ram);  // device times among it
    EXPECT_EQ(other.surroundings.access_times, plain.surroundings.access_times);
    EXPECT_EQ(other.surroundings.metered_reads, plain.surroundings.metered_reads);
    EXPECT_EQ(other.surroundings.metered_writes, plain.surroundings.metered_writes);
    EXPECT_EQ(other.account.blocks()[0].energy().total(), plain.account.blocks()[0].energy().total());
    EXPECT_EQ(other.account.blocks()[0].busy, plain.account.blocks()[0].busy);
  }
}

TEST_F(HartDebuggerTest, StopsAsOftenAsItShould) {
  EXPECT_EQ(all()[0]->stops, 0u);
  // One more at the start; the last step ends in the sleep that nothing wakes the hart from.
  const std::uint64_t in_handler = rounds / 32 * handler_instructions;
  EXPECT_EQ(all()[1]->stops, all()[1]->bench.hart.instructions() + 1 - in_handler);
  EXPECT_EQ(all()[2]->stops, rounds + 1);
  EXPECT_EQ(all()[3]->stops, 2 * rounds + 1);
}

TEST_F(HartDebuggerTest, HaltsASleepingHartAtOnce) {
  Debugged& one = *all()[0];
  one.debugger.halt();
  EXPECT_TRUE(one.debugger.halted());
  EXPECT_EQ(one.debugger.stop_info().reason, StopReason::halt_request);
  one.debugger.reset();
  EXPECT_EQ(one.debugger.pc(), ram_base);
  one.debugger.add_breakpoint(loop);
  one.debugger.resume();
  sc_core::sc_start(sc_core::sc_time(10, sc_core::SC_US));
  ASSERT_TRUE(one.debugger.halted());
  EXPECT_EQ(one.debugger.pc(), loop);
  EXPECT_EQ(one.debugger.read_x(a0), 0u);
}

TEST_F(HartDebuggerTest, WritesCodeRegistersAndThePc) {
  Debugged& one = *all()[0];
  ASSERT_TRUE(one.debugger.halted());
  const std::uint32_t addi_a0_a0_5 = 0x00550513;
  const auto* code = reinterpret_cast<const std::uint8_t*>(&addi_a0_a0_5);
  EXPECT_TRUE(one.debugger.write_memory(loop, {code, 4}));
  one.debugger.write_x(a0, 37);
  one.debugger.step();
  sc_core::sc_start(sc_core::sc_time(10, sc_core::SC_US));
  ASSERT_TRUE(one.debugger.halted());
  EXPECT_EQ(one.debugger.stop_info().reason, StopReason::step);
  EXPECT_EQ(one.debugger.pc(), store);
  EXPECT_EQ(one.debugger.read_x(a0), 42u);
  one.debugger.set_pc(loop);  // in the middle of a block
  one.debugger.step();
  sc_core::sc_start(sc_core::sc_time(10, sc_core::SC_US));
  EXPECT_EQ(one.debugger.read_x(a0), 47u);
  EXPECT_EQ(one.debugger.privilege(), Privilege::machine);
  EXPECT_TRUE(one.debugger.write_csr(0x340, 77));
  EXPECT_EQ(one.debugger.read_csr(0x340), 77u);
  EXPECT_FALSE(one.debugger.write_csr(0xF14, 1)) << "read-only";
  EXPECT_FALSE(one.debugger.read_csr(0x5C0).has_value());
  std::uint64_t nothing = 0;
  EXPECT_FALSE(one.debugger.read_memory(0x40, {reinterpret_cast<std::uint8_t*>(&nothing), 8}));
}

}  // namespace
}  // namespace kasane::testing
