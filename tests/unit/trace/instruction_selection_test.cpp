#include "platform/trace/instructions/instruction_selection.h"

#include <gtest/gtest.h>
#include <stdexcept>

namespace kasane {
namespace {

constexpr std::uint64_t microsecond = 1'000'000;

TEST(InstructionSelection, WindowsHaveAnEndOrNone) {
  const auto both = parse_instruction_selection("10us..20 us");
  EXPECT_EQ(both.begin, 10 * microsecond);
  EXPECT_EQ(both.end, 20 * microsecond);
  EXPECT_TRUE(both.function.empty());
  EXPECT_FALSE(both.in_window(10 * microsecond - 1));
  EXPECT_TRUE(both.in_window(10 * microsecond));
  EXPECT_TRUE(both.in_window(20 * microsecond - 1));
  EXPECT_FALSE(both.in_window(20 * microsecond));
  EXPECT_EQ(parse_instruction_selection("1ms..").end, InstructionSelection::for_ever);
  EXPECT_EQ(parse_instruction_selection("..500ns").begin, 0u);
}

TEST(InstructionSelection, FunctionsMayHaveACallsNumber) {
  const auto every = parse_instruction_selection("convolve");
  EXPECT_EQ(every.function, "convolve");
  EXPECT_EQ(every.call, 0u);
  const auto third = parse_instruction_selection("convolve#3,..1ms");
  EXPECT_EQ(third.function, "convolve");
  EXPECT_EQ(third.call, 3u);
  EXPECT_EQ(third.end, 1000 * microsecond);
}

TEST(InstructionSelection, AllIsAll) {
  const auto all = parse_instruction_selection("all");
  EXPECT_TRUE(all.in_window(0));
  EXPECT_TRUE(all.function.empty());
}

TEST(InstructionSelection, AnythingElseIsRefused) {
  for (const char* text : {"", ",", "20us..10us", "10us..10us", "10..20us", "1us..2us,3us..4us", "a,b", "#1",
                           "a#0", "a#", "a#x", "a#-1", "1 parsec..", "10us"}) {
    EXPECT_THROW(parse_instruction_selection(text), std::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace kasane
