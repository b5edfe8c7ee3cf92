/// What two machines to compare with cannot be configured to do, and what decoded code could get wrong: page
/// tables that software keeps, misaligned accesses that trap, code that another page replaces, protection
/// that divides a page.
#include <array>
#include <gtest/gtest.h>
#include <memory>
#include <vector>

#include "tests/unit/cpu/testbench.h"

namespace kasane::testing {
namespace {

constexpr std::uint64_t results = 0x80100000;

enum Program { strict, software_ad, remapped, divided, programs };

class SupervisorTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    for (int program = 0; program < programs; ++program) {
      HartConfig config = at_ram();
      config.reset_vector = ram_base + 0x1000 * static_cast<std::uint64_t>(program);
      if (program == strict) config.misaligned = Misaligned::trap;
      if (program == software_ad) config.hardware_ad = false;
      benches().push_back(std::make_unique<Testbench>(("bench" + std::to_string(program)).c_str(), config));
      benches().back()->load_file(KASANE_SUPERVISOR_PROGRAMS);
    }
    sc_core::sc_start(sc_core::sc_time(100, sc_core::SC_US));
  }
  static std::vector<std::unique_ptr<Testbench>>& benches() {
    static std::vector<std::unique_ptr<Testbench>> all;
    return all;
  }
  static std::vector<std::uint64_t> of(Program program, std::size_t count) {
    std::vector<std::uint64_t> values;
    for (std::size_t n = 0; n < count; ++n) {
      values.push_back(benches()[static_cast<std::size_t>(program)]->memory<std::uint64_t>(results + 8 * n));
    }
    return values;
  }
};

using Values = std::vector<std::uint64_t>;

TEST_F(SupervisorTest, MisalignedAccessesTrapWhereConfigured) {
  const std::uint64_t data = 0x80180000;
  EXPECT_EQ(of(strict, 12),
            (Values{4, data + 1, 4, data + 2, 4, data + 4, 6, data + 3, 6, data + 12, 0x11, 0}));
}

TEST_F(SupervisorTest, PagesWithoutAccessedAndDirtyFaultWhereSoftwareSetsThem) {
  const std::uint64_t data = 0x100180000;
  EXPECT_EQ(of(software_ad, 10), (Values{13, data, 9, 0, 15, data, 9, 0, data, 0}));
}

TEST_F(SupervisorTest, CodeOnTwoPagesFollowsBothMappings) {
  EXPECT_EQ(of(remapped, 13), (Values{11, 11, 11, 11, 11, 11, 22, 22, 22, 22, 22, 22, 0}));
}

TEST_F(SupervisorTest, ProtectionMayDivideAPage) {
  const Values seen = of(divided, 13);
  const std::uint64_t forbidden = seen[2];
  EXPECT_EQ(forbidden % 4, 0u);
  EXPECT_EQ(seen,
            (Values{0x13, 5, forbidden, 5, forbidden - 4, 7, forbidden, 1, forbidden, 5, 1, forbidden, 0}));
}

}  // namespace
}  // namespace kasane::testing
