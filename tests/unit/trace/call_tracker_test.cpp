#include "platform/trace/instructions/call_tracker.h"

#include <gtest/gtest.h>

namespace kasane {
namespace {

constexpr CodeRange function{0x100, 0x120};
constexpr std::uint64_t stack = 0x8000;

/// A call from 0x200, as jal there would make it.
void call(CallTracker& calls, std::uint64_t at = 0x200, std::uint64_t sp = stack) {
  calls.step(at, 0, sp, true);
  calls.step(function.begin, at + 4, sp, false);
}

TEST(CallTracker, LastsFromTheFirstInstructionToTheReturn) {
  CallTracker calls(function, 0);
  calls.step(0x1FC, 0, stack, false);
  EXPECT_FALSE(calls.inside());
  call(calls);
  EXPECT_TRUE(calls.inside());
  calls.step(0x400, 0x104, stack - 64, false);  // a function that it calls
  EXPECT_TRUE(calls.inside());
  calls.step(0x204, 0x204, stack - 64, false);  // the return address, but deeper in the stack: a recursion's
  EXPECT_TRUE(calls.inside());
  calls.step(0x204, 0x204, stack, false);
  EXPECT_FALSE(calls.inside());
  EXPECT_FALSE(calls.done());
}

TEST(CallTracker, LoopsToTheFirstInstructionAreNoCalls) {
  CallTracker calls(function, 0);
  call(calls);
  calls.step(0x104, 0x204, stack, false);
  calls.step(function.begin, 0x204, stack, false);
  EXPECT_EQ(calls.calls(), 1u);
}

TEST(CallTracker, NorIsTheWayBackFromAnInterruptAtOne) {
  CallTracker calls(function, 0);
  call(calls);
  calls.step(0x104, 0x204, stack, false);
  calls.enter_trap();
  calls.step(0x900, 0x204, stack, false);
  calls.leave_trap();
  calls.step(function.begin, 0x204, stack, false);
  EXPECT_EQ(calls.calls(), 1u);
}

TEST(CallTracker, OfRecursionTheOutermostCallCounts) {
  CallTracker calls(function, 0);
  call(calls);
  calls.step(0x108, 0x204, stack - 16, true);
  calls.step(function.begin, 0x10C, stack - 16, false);
  EXPECT_EQ(calls.calls(), 2u);
  calls.step(0x10C, 0x10C, stack - 16, false);  // the inner one's end
  EXPECT_TRUE(calls.inside());
  calls.step(0x204, 0x204, stack, false);
  EXPECT_FALSE(calls.inside());
}

TEST(CallTracker, AnInnerCallCanBeChosen) {
  CallTracker calls(function, 2);
  call(calls);
  EXPECT_FALSE(calls.inside());
  calls.step(0x108, 0x204, stack - 16, true);
  calls.step(function.begin, 0x10C, stack - 16, false);
  EXPECT_TRUE(calls.inside());
  calls.step(0x10C, 0x10C, stack - 16, false);
  EXPECT_FALSE(calls.inside());
  EXPECT_TRUE(calls.done());
}

TEST(CallTracker, OnlyTheChosenCallIsFollowed) {
  CallTracker calls(function, 2);
  for (int n = 1; n <= 4; ++n) {
    call(calls);
    EXPECT_EQ(calls.inside(), n == 2);
    EXPECT_EQ(calls.done(), n > 2);
    calls.step(0x204, 0x204, stack, false);
    EXPECT_EQ(calls.done(), n >= 2);
  }
  EXPECT_EQ(calls.calls(), 4u);
}

}  // namespace
}  // namespace kasane
