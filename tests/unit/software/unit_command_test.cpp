// Which commands for Kernel Comp Units the runtime lets through: all that fit the memories, and nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/reference/random_kcu_layers.h"

extern "C" {
#include "sw/runtime/command_check.h"
}

namespace kasane {
namespace {

using reference::RandomKcuLayer;
using ::testing::HasSubstr;

constexpr std::uint32_t kLargest = 0xFFFFFFFF;

/// "" if the command may run with these memories.
template <typename Command>
std::string error_of(const Command& command, const space_limits& limits) {
  const char* error = command_check(KASANE_STEP_KCU, &command, &limits);
  return error == nullptr ? "" : error;
}

space_limits limits_for(const RandomKcuLayer& layer) {
  space_limits limits{};
  limits.bytes[KASANE_SPACE_FMM] = layer.finish.fmm.size();
  limits.bytes[KASANE_SPACE_WM] = layer.finish.wm.size();
  limits.bytes[KASANE_SPACE_SUMS] = layer.finish.sums.size();
  limits.bytes[KASANE_SPACE_TABLE] = layer.table.size();
  return limits;
}

RandomKcuLayer some_layer(std::uint64_t seed) {
  reference::Random random(seed);
  return make_random_kcu_layer(random, make_random_units(random));
}

TEST(UnitCommands, ThatFitAreAccepted) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const RandomKcuLayer layer = some_layer(seed);
    EXPECT_EQ(error_of(layer.convolution, limits_for(layer)), "") << layer.finish.description;
    EXPECT_EQ(error_of(layer.finish.command, limits_for(layer)), "") << layer.finish.description;
  }
}

TEST(UnitCommands, ThatLeaveTheirMemoriesByOneByteAreRefused) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const RandomKcuLayer layer = some_layer(seed);
    const kasane_kcu_convolution& c = layer.convolution;
    space_limits limits = limits_for(layer);
    limits.bytes[KASANE_SPACE_SUMS] = c.sums_address + (c.output_channels - 1) * c.sums_channel_pitch +
                                      c.output_height * c.output_width * 4;
    limits.bytes[KASANE_SPACE_TABLE] = c.table_address + c.table_bytes;
    EXPECT_EQ(error_of(c, limits), "");
    --limits.bytes[KASANE_SPACE_SUMS];
    EXPECT_THAT(error_of(c, limits), HasSubstr("partial sums leave"));
    EXPECT_THAT(error_of(layer.finish.command, limits), HasSubstr("partial sums leave"));
    ++limits.bytes[KASANE_SPACE_SUMS];
    --limits.bytes[KASANE_SPACE_TABLE];
    EXPECT_THAT(error_of(c, limits), HasSubstr("correspondence table leaves"));
  }
}

template <typename Command, typename Change>
std::string error_after(Command command, const space_limits& limits, const Change& change) {
  change(command);
  return error_of(command, limits);
}

TEST(UnitCommands, ImpossibleConvolutionsAreRefused) {
  const RandomKcuLayer layer = some_layer(3);
  const auto error = [&](auto change) { return error_after(layer.convolution, limits_for(layer), change); };
  EXPECT_THAT(error([](auto& c) { c.header.opcode = KASANE_NCU_CONVOLUTION; }), HasSubstr("opcode"));
  EXPECT_THAT(error([](auto& c) { c.header.reserved = 1; }), HasSubstr("reserved"));
  EXPECT_THAT(error([](auto& c) { c.reserved[sizeof c.reserved - 1] = 1; }), HasSubstr("reserved"));
  EXPECT_THAT(error([](auto& c) { c.stride_height = 0; }), HasSubstr("stride of zero"));
  EXPECT_THAT(error([](auto& c) { c.stride_width = 0; }), HasSubstr("stride of zero"));
  EXPECT_THAT(error([](auto& c) { c.kernel = 0; }), HasSubstr("3, 5 or 7"));
  EXPECT_THAT(error([](auto& c) { c.kernel = 4; }), HasSubstr("3, 5 or 7"));
  EXPECT_THAT(error([](auto& c) { c.gain_shift = 32; }), HasSubstr("above 31"));
  EXPECT_THAT(error([](auto& c) { c.input_channels = 0; }), HasSubstr("input leaves FMM"));
  EXPECT_THAT(error([](auto& c) { c.input_address = kLargest; }), HasSubstr("input leaves FMM"));
  EXPECT_THAT(error([](auto& c) { c.output_channels = 0; }), HasSubstr("partial sums leave"));
  EXPECT_THAT(error([](auto& c) { c.output_width = 0; }), HasSubstr("partial sums leave"));
  EXPECT_THAT(error([](auto& c) { c.output_height = c.output_width = kLargest; }),
              HasSubstr("partial sums leave"));
  EXPECT_THAT(error([](auto& c) { c.output_height = c.output_width = 1 << 15; }),
              HasSubstr("partial sums leave"));  // 2^32 bytes: 0 in 32 bits
  EXPECT_THAT(error([](auto& c) { c.sums_address += 2; }), HasSubstr("partial sums leave"));
  EXPECT_THAT(error([](auto& c) { c.sums_channel_pitch += 2; }), HasSubstr("partial sums leave"));
  EXPECT_THAT(error([](auto& c) { c.sums_channel_pitch = 0; }), HasSubstr("overlap"));
  EXPECT_THAT(error([](auto& c) { c.table_address += 1; }), HasSubstr("table"));
  EXPECT_THAT(error([](auto& c) { c.job_count = 0; }), HasSubstr("table"));
  EXPECT_THAT(error([](auto& c) { c.job_count = kLargest; }), HasSubstr("table"));
}

TEST(UnitCommands, ImpossibleResidualsAreRefused) {
  const RandomKcuLayer layer = some_layer(3);
  const auto error = [&](auto change) {
    return error_after(layer.finish.command, limits_for(layer), change);
  };
  EXPECT_THAT(error([](auto& c) { c.reserved[0] = 1; }), HasSubstr("reserved"));
  EXPECT_THAT(error([](auto& c) { c.kernel_height = 0; }), HasSubstr("kernel or stride of zero"));
  EXPECT_THAT(error([](auto& c) { c.kernel_width = 0; }), HasSubstr("kernel or stride of zero"));
  EXPECT_THAT(error([](auto& c) { c.stride_height = 0; }), HasSubstr("kernel or stride of zero"));
  EXPECT_THAT(error([](auto& c) { c.input_address = kLargest; }), HasSubstr("input leaves FMM"));
  EXPECT_THAT(error([](auto& c) { c.output_address = kLargest; }), HasSubstr("output leaves FMM"));
  EXPECT_THAT(error([](auto& c) { c.sums_address += 2; }), HasSubstr("partial sums leave"));
  EXPECT_THAT(error([](auto& c) { c.sums_channel_pitch = 0; }), HasSubstr("overlap"));
  EXPECT_THAT(error([](auto& c) { c.kept_block = 0; }), HasSubstr("kept kernels"));
  EXPECT_THAT(error([](auto& c) { c.kept_block = 33; }), HasSubstr("kept kernels"));
  EXPECT_THAT(error([](auto& c) { c.kept_address += 2; }), HasSubstr("kept kernels"));
  EXPECT_THAT(error([](auto& c) { c.weight_address = kLargest; }), HasSubstr("kept kernels"));
  EXPECT_THAT(error([](auto& c) { c.parameters_address = 2; }), HasSubstr("parameters leave WM"));
  EXPECT_THAT(error([](auto& c) {
                c.output_min = 1;
                c.output_max = 0;
              }),
              HasSubstr("output range"));
}

}  // namespace
}  // namespace kasane
