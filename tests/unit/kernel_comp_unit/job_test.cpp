/// Which commands and tables the units accept: each limit of kasane/kernel_comp_units.h and of the
/// configuration, on both sides.
#include "models/kernel_comp_unit/job.h"

#include <functional>
#include <gtest/gtest.h>
#include <stdexcept>

#include "tests/unit/kernel_comp_unit/layers.h"

namespace kasane::kcu {
namespace {

/// Units 0 and 1 are 3x3, unit 2 is 5x5.
KcuConfig units() {
  KcuConfig config;
  config.units = {identity(3), identity(3), identity(5)};
  return config;
}

/// 2 channels of 10 x 12 to 3 maps of 10 x 12, 1440 bytes of partial sums, 2 jobs of 1 and 2 targets.
struct Good {
  kasane_kcu_convolution command = convolution({.channels = 2,
                                                .height = 10,
                                                .width = 12,
                                                .outputs = 3,
                                                .output_height = 10,
                                                .output_width = 12,
                                                .pad = 1});
  std::vector<std::uint8_t> table = tabulate({{.unit = 0, .channel = 0, .targets = {{0, 1}}},
                                              {.unit = 1, .channel = 1, .targets = {{1, -128}, {2, 127}}}},
                                             command);
};

using Change = std::function<void(kasane_kcu_convolution&)>;

std::uint32_t checked(const Change& change, std::uint64_t sums_bytes = 65536,
                      std::uint64_t table_bytes = 65536) {
  kasane_kcu_convolution command = Good{}.command;
  change(command);
  return check(command, units(), sums_bytes, table_bytes);
}

constexpr std::uint32_t none = KASANE_ERROR_NONE;
constexpr std::uint32_t parameter = KASANE_ERROR_PARAMETER;
constexpr std::uint32_t address = KASANE_ERROR_ADDRESS;

TEST(KcuCheck, AcceptsWhatItsLimitsAllow) {
  EXPECT_EQ(checked([](auto&) {}), none);
  EXPECT_EQ(checked([](auto& c) { c.kernel = 7; }),
            none);  // no unit has that, but the table says which are used
  EXPECT_EQ(checked([](auto& c) { c.pad_top = c.pad_left = 2; }), none);
  EXPECT_EQ(checked([](auto& c) { c.gain_shift = 31; }), none);
  EXPECT_EQ(checked([](auto& c) { c.stride_height = 100, c.output_height = 1; }), none);
  EXPECT_EQ(checked([](auto& c) { c.input_width = c.input_row_pitch = 64, c.input_channel_pitch = 640; }),
            none);
}

TEST(KcuCheck, RefusesWhatNoUnitCanDo) {
  EXPECT_EQ(checked([](auto& c) { c.kernel = 4; }), parameter);
  EXPECT_EQ(checked([](auto& c) { c.kernel = 9; }), parameter);
  EXPECT_EQ(checked([](auto& c) { c.pad_top = 3; }), parameter);
  EXPECT_EQ(checked([](auto& c) { c.pad_left = 3; }), parameter);
  EXPECT_EQ(checked([](auto& c) { c.gain_shift = 32; }), parameter);
  EXPECT_EQ(checked([](auto& c) { c.stride_height = 0; }), parameter);
  EXPECT_EQ(checked([](auto& c) { c.stride_width = 0; }), parameter);
  EXPECT_EQ(checked([](auto& c) { c.stride_height = 2; }), parameter);  // the last windows see no input
  for (std::size_t byte = 0; byte < sizeof(kasane_kcu_convolution{}.reserved); ++byte) {
    EXPECT_EQ(checked([&](auto& c) { c.reserved[byte] = 1; }), parameter) << byte;
  }
  // Line buffers hold 64 bytes.
  EXPECT_EQ(checked([](auto& c) { c.input_width = c.input_row_pitch = 65, c.input_channel_pitch = 650; }),
            parameter);
}

TEST(KcuCheck, RefusesEmptyAndImpossibleSizes) {
  EXPECT_EQ(checked([](auto& c) { c.input_channels = 0; }), parameter);
  EXPECT_EQ(checked([](auto& c) { c.input_height = 0; }), parameter);
  EXPECT_EQ(checked([](auto& c) { c.input_width = 0; }), parameter);
  EXPECT_EQ(checked([](auto& c) { c.output_channels = 0; }), parameter);
  EXPECT_EQ(checked([](auto& c) { c.output_height = 0; }), parameter);
  EXPECT_EQ(checked([](auto& c) { c.output_width = 0; }), parameter);
  EXPECT_EQ(checked([](auto& c) { c.job_count = 0; }), parameter);
  EXPECT_EQ(checked([](auto& c) { c.job_count = 3; }), parameter);  // 32 bytes hold two at most
  EXPECT_EQ(checked([](auto& c) { c.job_count = 0xFFFFFFFF; }), parameter);
  EXPECT_EQ(checked([](auto& c) { c.sums_channel_pitch = 476; }), parameter);  // 4 too few
  EXPECT_EQ(checked([](auto& c) { c.sums_channel_pitch = 482; }), parameter);
  EXPECT_EQ(checked([](auto& c) { c.sums_address = 2; }), parameter);
  EXPECT_EQ(checked([](auto& c) { c.table_address = 2; }), parameter);
  EXPECT_EQ(checked([](auto& c) { c.table_bytes = 30; }), parameter);
}

TEST(KcuCheck, KeepsWithinTheMemories) {
  EXPECT_EQ(checked([](auto&) {}, 1440, 28), none);
  EXPECT_EQ(checked([](auto&) {}, 1439, 28), address);
  EXPECT_EQ(checked([](auto&) {}, 1440, 27), address);
  EXPECT_EQ(checked([](auto& c) { c.sums_address = 4; }, 1440), address);
  EXPECT_EQ(checked([](auto& c) { c.table_address = 4; }, 1440, 28), address);
  // Only what is accessed counts: no gap follows the last map.
  EXPECT_EQ(checked([](auto& c) { c.sums_channel_pitch = 1000; }, 2480), none);
  EXPECT_EQ(checked([](auto& c) { c.sums_channel_pitch = 1000; }, 2479), address);
  // Sizes whose products leave 32 bits.
  EXPECT_EQ(checked([](auto& c) { c.output_channels = c.sums_channel_pitch = 0x10000; }), address);
  EXPECT_EQ(checked([](auto& c) { c.sums_address = 0xFFFFFFFC; }), address);
  EXPECT_EQ(checked([](auto& c) { c.table_address = 0xFFFFFFFC; }), address);
}

TEST(KcuDecode, YieldsTheJobsInOrder) {
  const Good good;
  std::vector<Job> jobs;
  ASSERT_TRUE(decode(good.table, good.command, units(), jobs));
  ASSERT_EQ(jobs.size(), 2u);
  EXPECT_EQ(jobs[0].unit, 0);
  EXPECT_EQ(jobs[1].unit, 1);
  EXPECT_EQ(jobs[1].channel, 1);
  ASSERT_EQ(jobs[1].targets.size(), 2u);
  EXPECT_EQ(jobs[1].targets[0].gain, -128);
  EXPECT_EQ(jobs[1].targets[1].output, 2);
}

/// The table of one job, decoded.
bool accepts(
    const Job& job, const std::function<void(std::vector<std::uint8_t>&)>& change = [](auto&) {}) {
  kasane_kcu_convolution command = Good{}.command;
  std::vector<std::uint8_t> table = tabulate({job}, command);
  change(table);
  std::vector<Job> jobs;
  return decode(table, command, units(), jobs);
}

TEST(KcuDecode, RefusesTablesThatBreakTheirPromises) {
  const Job good{.unit = 1, .channel = 1, .targets = {{2, 127}}};
  EXPECT_TRUE(accepts(good));
  EXPECT_FALSE(accepts({.unit = 3, .channel = 1, .targets = {{2, 1}}}));  // no such unit
  EXPECT_FALSE(accepts({.unit = 2, .channel = 1, .targets = {{2, 1}}}));  // 5x5
  EXPECT_FALSE(accepts({.unit = 1, .channel = 2, .targets = {{2, 1}}}));
  EXPECT_FALSE(accepts({.unit = 1, .channel = 1, .targets = {{3, 1}}}));
  EXPECT_FALSE(accepts({.unit = 1, .channel = 1, .targets = {{2, 128}}}));  // gains have 8 bits
  EXPECT_FALSE(accepts({.unit = 1, .channel = 1, .targets = {{2, -129}}}));
  EXPECT_FALSE(accepts({.unit = 1, .channel = 1, .targets = {}}));
  EXPECT_FALSE(accepts(good, [](auto& table) { table[6] = 1; }));  // reserved
  EXPECT_FALSE(accepts(good, [](auto& table) { table.resize(table.size() - 4); }));
  EXPECT_FALSE(accepts(good, [](auto& table) { table.resize(table.size() + 4); }));
  EXPECT_FALSE(accepts(good, [](auto& table) { table.clear(); }));
}

TEST(KcuConfig, RefusesImpossibleChips) {
  const auto refuses = [](const std::function<void(KcuConfig&)>& change) {
    KcuConfig config = units();
    change(config);
    try {
      check(config);
      return false;
    } catch (const std::invalid_argument&) {
      return true;
    }
  };
  EXPECT_FALSE(refuses([](auto&) {}));
  EXPECT_FALSE(refuses([](auto& c) { c.units.assign(256, identity(7)); }));
  EXPECT_TRUE(refuses([](auto& c) { c.units.assign(257, identity(7)); }));
  EXPECT_TRUE(refuses([](auto& c) { c.units.clear(); }));
  EXPECT_TRUE(refuses([](auto& c) { c.units[1] = identity(4); }));
  EXPECT_TRUE(refuses([](auto& c) { c.units[1].constants.pop_back(); }));
  EXPECT_TRUE(refuses([](auto& c) { c.ports = 0; }));
  EXPECT_TRUE(refuses([](auto& c) { c.lanes = 0; }));
  EXPECT_TRUE(refuses([](auto& c) { c.pixels_per_cycle = 0; }));
  EXPECT_TRUE(refuses([](auto& c) { c.gain_bits = 1; }));
  EXPECT_TRUE(refuses([](auto& c) { c.gain_bits = 17; }));
  EXPECT_TRUE(refuses([](auto& c) { c.line_bytes = 0; }));
  EXPECT_TRUE(refuses([](auto& c) { c.response_words = 0; }));
  EXPECT_TRUE(refuses([](auto& c) { c.target_slots = 0; }));
}

}  // namespace
}  // namespace kasane::kcu
