/// What no peripheral can be built with. A program of its own: the address sanitizer takes an exception for a
/// stack overflow once SystemC's coroutines have run.
#include <gtest/gtest.h>
#include <stdexcept>

#include "platform/peripherals/clint.h"
#include "platform/peripherals/plic.h"
#include "tests/unit/peripherals/bench.h"

namespace kasane {
namespace {

TEST(Peripherals, RefuseImpossibleConfigurations) {
  const Technology technology = bench::technology();
  EnergyAccount account;
  PowerDomain domain("d", bench::megahertz_100(), technology.scaling(), account);
  EXPECT_THROW(Plic("p", {.sources = 1024}, domain, account, technology), std::invalid_argument);
  EXPECT_THROW(Clint("c", {.harts = 0}, domain, account, technology), std::invalid_argument);
}

}  // namespace
}  // namespace kasane
