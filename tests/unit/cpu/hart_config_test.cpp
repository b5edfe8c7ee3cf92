/// What is refused before anything is built. A program of its own: exceptions after coroutines have run
/// confuse the address sanitizer.
#include "platform/cpu/hart_config.h"

#include <gtest/gtest.h>
#include <stdexcept>

namespace kasane {
namespace {

TEST(HartConfigTest, ImpossibleConfigurationsAreRefused) {
  HartConfig config;
  config.quantum = sc_core::SC_ZERO_TIME;
  EXPECT_THROW(check(config, "hart"), std::invalid_argument);
  config = {};
  config.cycles.divide = 0;
  EXPECT_THROW(check(config, "hart"), std::invalid_argument);
  config = {};
  config.cycles.branch_taken = 0;
  EXPECT_THROW(check(config, "hart"), std::invalid_argument);
  config = {};
  config.reset_vector = 1;
  EXPECT_THROW(check(config, "hart"), std::invalid_argument);
  EXPECT_NO_THROW(check({}, "hart"));
}

}  // namespace
}  // namespace kasane
