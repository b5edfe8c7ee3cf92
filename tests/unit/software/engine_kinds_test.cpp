// Firmware refuses a package that was made for another engine than the chip's, or for one that it lacks.
#include <gtest/gtest.h>
#include <stdexcept>
#include <string>
#include <vector>

extern "C" {
#include "kasane/boot_info.h"
#include "sw/apps/engine_kinds.h"
#include "sw/drivers/registers.h"
}

namespace kasane {
namespace {

/// An engine of which software sees registers, and a console.
class EngineKinds : public ::testing::Test {
 protected:
  const engine_kind& kind_of(uint32_t device) {
    for (const engine_kind& kind : engine_kinds) {
      if (kind.device == device) return kind;
    }
    throw std::logic_error("no such kind");
  }

  void set(uint32_t offset, uint32_t value) { register_write32(base_, offset, value); }

  bool accepts(uint32_t device, const kasane_package_header& package, bool present = true) {
    text_.clear();
    return engine_kind_accepts(&kind_of(device), present ? &engine_ : nullptr, &package, &console_);
  }

  std::vector<std::uint64_t> registers_ = std::vector<std::uint64_t>(64);
  uintptr_t base_ = reinterpret_cast<uintptr_t>(registers_.data());
  engine engine_{base_, false, 0, nullptr, nullptr};
  std::string text_;
  console console_{[](void* text, char c) {
                     if (c != '\r') static_cast<std::string*>(text)->push_back(c);
                   },
                   &text_};
};

TEST_F(EngineKinds, PackagesWithoutTheEngineRunOnAnyChip) {
  for (const uint32_t device : {KASANE_DEVICE_DMA, KASANE_DEVICE_NCU, KASANE_DEVICE_KCU,
                                KASANE_DEVICE_CARTESIAN, KASANE_DEVICE_HIDDENITE, KASANE_DEVICE_EXIT_UNIT}) {
    EXPECT_TRUE(accepts(device, {}));
    EXPECT_TRUE(accepts(device, {}, false));
    EXPECT_EQ(text_, "");
  }
}

TEST_F(EngineKinds, PackagesForTheEngineNeedOneLikeTheirs) {
  kasane_package_header package{};
  package.hiddenite_outputs = 8;
  set(KASANE_HIDDENITE_OUTPUT_CHANNELS, 8);
  EXPECT_TRUE(accepts(KASANE_DEVICE_HIDDENITE, package));
  set(KASANE_HIDDENITE_OUTPUT_CHANNELS, 16);
  EXPECT_FALSE(accepts(KASANE_DEVICE_HIDDENITE, package));
  EXPECT_EQ(
      text_,
      "error: the network was compiled for another hidden-network engine: output channels 8, here 16\n");
  EXPECT_FALSE(accepts(KASANE_DEVICE_HIDDENITE, package, false));
  EXPECT_EQ(text_,
            "error: the network was compiled for a chip with a hidden-network engine, this one has none\n");

  package = {};
  package.array_columns = 16;
  set(KASANE_CARTESIAN_COLUMNS, 32);
  EXPECT_FALSE(accepts(KASANE_DEVICE_CARTESIAN, package));
  EXPECT_NE(text_.find("columns 16, here 32"), std::string::npos) << text_;

  package = {};
  package.kcu_design = 7;
  set(KASANE_KCU_DESIGN, 8);
  EXPECT_FALSE(accepts(KASANE_DEVICE_KCU, package));
  EXPECT_NE(text_.find("design 7, here 8"), std::string::npos) << text_;
}

TEST_F(EngineKinds, PackagesThatAskAnExitUnitNeedOne) {
  struct {
    kasane_package_header header;
    kasane_exit exits[2];
  } package{};
  package.header.exits_offset = sizeof package.header;
  package.header.exit_count = 2;
  EXPECT_TRUE(accepts(KASANE_DEVICE_EXIT_UNIT, package.header, false));
  package.exits[1].uses_unit = 1;
  EXPECT_TRUE(accepts(KASANE_DEVICE_EXIT_UNIT, package.header));
  EXPECT_FALSE(accepts(KASANE_DEVICE_EXIT_UNIT, package.header, false));
  EXPECT_EQ(text_,
            "error: the network was compiled for a chip with a unit for early exit, this one has none\n");
}

TEST_F(EngineKinds, EnginesTellTheirSizeAndWhatTheyDid) {
  const engine_kind& hiddenite = kind_of(KASANE_DEVICE_HIDDENITE);
  set(KASANE_HIDDENITE_INPUT_CHANNELS, 4);
  set(KASANE_HIDDENITE_OUTPUT_CHANNELS, 16);
  set(KASANE_HIDDENITE_ROWS, 8);
  set(KASANE_HIDDENITE_COLUMNS, 2);
  set(KASANE_HIDDENITE_WEIGHTS_LOW, 5);
  set(KASANE_HIDDENITE_WEIGHTS_HIGH, 1);
  hiddenite.print_size(&engine_, &console_);
  EXPECT_EQ(text_, "Hiddenite of 4 x 16 x 8 x 2");
  text_.clear();
  hiddenite.print_count(&engine_, &console_);
  EXPECT_EQ(text_, "hiddenite: 4294967301 weights expanded\n");
}

}  // namespace
}  // namespace kasane
