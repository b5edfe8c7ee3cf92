#include "platform/cpu/csr/csr_names.h"

#include <gtest/gtest.h>
#include <set>

#include "platform/cpu/csr/csr.h"

namespace kasane::cpu {
namespace {

TEST(CsrNames, EveryRegisterOfTheHartHasItsOwn) {
  const CsrFile registers(HartConfig{});
  std::set<std::string> names;
  for (std::uint32_t number = 0; number < 4096; ++number) {
    if (number != csr::time && !registers.read(number, {})) continue;
    const std::string name = csr_name(number);
    EXPECT_EQ(csr_number(name), number) << name;
    EXPECT_TRUE(names.insert(name).second) << name;
  }
  EXPECT_GT(names.size(), 100u);
}

TEST(CsrNames, ThoseOfSeveralAreCounted) {
  EXPECT_EQ(csr_name(0x3A2), "pmpcfg2");
  EXPECT_EQ(csr_name(0x3BF), "pmpaddr15");
  EXPECT_EQ(csr_name(0xB1F), "mhpmcounter31");
  EXPECT_EQ(csr_number("mhpmevent3"), 0x323u);
}

TEST(CsrNames, OthersAreNumbers) {
  EXPECT_EQ(csr_name(0x5C0), "0x5c0");
  EXPECT_EQ(csr_number("mcounter"), std::nullopt);
  EXPECT_EQ(csr_number("0x300"), std::nullopt);
}

}  // namespace
}  // namespace kasane::cpu
