// Which commands for Kernel Comp Units a package may hold: all that fit the memories, and nothing else.
#include "sw/compiler/command_check.h"

#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sw/compiler/package_view.h"
#include "tests/reference/random_kcu_layers.h"

namespace kasane::compiler::test {
namespace {

using reference::RandomKcuLayer;
using ::testing::HasSubstr;

constexpr std::uint32_t kLargest = 0xFFFFFFFF;

/// "" if the command may be in a package with this header.
template <typename Command>
std::string error_of(const kasane_package_header& header, const Command& command) {
  std::array<std::uint8_t, KASANE_COMMAND_BYTES> record;
  std::memcpy(record.data(), &command, sizeof command);
  try {
    check_command(header, {.kind = KASANE_STEP_KCU}, record, 7);
  } catch (const PackageError& error) {
    return error.what();
  }
  return "";
}

kasane_package_header header_for(const RandomKcuLayer& layer) {
  kasane_package_header header{};
  header.fmm_bytes = static_cast<std::uint32_t>(layer.finish.fmm.size());
  header.wm_bytes = static_cast<std::uint32_t>(layer.finish.wm.size());
  header.sums_bytes = static_cast<std::uint32_t>(layer.finish.sums.size());
  header.table_bytes = static_cast<std::uint32_t>(layer.table.size());
  header.kcu_design = 1;
  return header;
}

RandomKcuLayer some_layer(std::uint64_t seed) {
  reference::Random random(seed);
  return make_random_kcu_layer(random, make_random_units(random));
}

TEST(UnitCommands, ThatFitAreAccepted) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const RandomKcuLayer layer = some_layer(seed);
    EXPECT_EQ(error_of(header_for(layer), layer.convolution), "") << layer.finish.description;
    EXPECT_EQ(error_of(header_for(layer), layer.finish.command), "") << layer.finish.description;
  }
}

/// One byte less than the layer's last element needs.
TEST(UnitCommands, ThatLeaveTheirMemoriesByOneByteAreRefused) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const RandomKcuLayer layer = some_layer(seed);
    const kasane_kcu_convolution& c = layer.convolution;
    const kasane_ncu_residual& r = layer.finish.command;
    kasane_package_header header = header_for(layer);
    header.sums_bytes = c.sums_address + (c.output_channels - 1) * c.sums_channel_pitch +
                        c.output_height * c.output_width * 4;
    header.table_bytes = c.table_address + c.table_bytes;
    EXPECT_EQ(error_of(header, c), "");
    --header.sums_bytes;
    EXPECT_THAT(error_of(header, c), HasSubstr("command 7"));
    EXPECT_THAT(error_of(header, r), HasSubstr("command 7"));
    ++header.sums_bytes;
    --header.table_bytes;
    EXPECT_THAT(error_of(header, c), HasSubstr("of space 8"));
    header.wm_bytes = r.kept_address + r.kept_bytes - 1;
    EXPECT_THAT(error_of(header, r), HasSubstr("of space 3"));
  }
}

template <typename Command, typename Change>
std::string error_after(Command command, const kasane_package_header& header, const Change& change) {
  change(command);
  return error_of(header, command);
}

TEST(UnitCommands, ImpossibleConvolutionsAreRefused) {
  const RandomKcuLayer layer = some_layer(3);
  const auto error = [&](auto change) { return error_after(layer.convolution, header_for(layer), change); };
  EXPECT_THAT(error([](auto& c) { c.header.opcode = KASANE_NCU_CONVOLUTION; }), HasSubstr("found 1"));
  EXPECT_THAT(error([](auto& c) { c.output_channels = 0; }), HasSubstr("above zero"));
  EXPECT_THAT(error([](auto& c) { c.stride_width = 0; }), HasSubstr("above zero"));
  EXPECT_THAT(error([](auto& c) { c.kernel = 4; }), HasSubstr("3, 5 or 7"));
  EXPECT_THAT(error([](auto& c) { c.gain_shift = 32; }), HasSubstr("at most 31"));
  EXPECT_THAT(error([](auto& c) { c.sums_address += 2; }), HasSubstr("multiples of 4"));
  EXPECT_THAT(error([](auto& c) { c.sums_channel_pitch = 0; }), HasSubstr("overlap"));
  EXPECT_THAT(error([](auto& c) { c.table_address += 1; }), HasSubstr("table"));
  EXPECT_THAT(error([](auto& c) { c.job_count = 0; }), HasSubstr("at least one job"));
  EXPECT_THAT(error([](auto& c) { c.job_count = kLargest; }), HasSubstr("table"));
  EXPECT_THAT(error([](auto& c) { c.output_height = c.output_width = kLargest; }), HasSubstr("expected"));
  EXPECT_THAT(error([](auto& c) { c.input_channels = c.input_channel_pitch = kLargest; }),
              HasSubstr("expected"));
  kasane_package_header nameless = header_for(layer);
  nameless.kcu_design = 0;
  EXPECT_THAT(error_of(nameless, layer.convolution), HasSubstr("names the units"));
}

TEST(UnitCommands, ImpossibleResidualsAreRefused) {
  const RandomKcuLayer layer = some_layer(3);
  const auto error = [&](auto change) {
    return error_after(layer.finish.command, header_for(layer), change);
  };
  EXPECT_THAT(error([](auto& c) { c.kernel_height = 0; }), HasSubstr("above zero"));
  EXPECT_THAT(error([](auto& c) { c.kept_block = 0; }), HasSubstr("1 to 32"));
  EXPECT_THAT(error([](auto& c) { c.kept_block = 33; }), HasSubstr("1 to 32"));
  EXPECT_THAT(error([](auto& c) { c.kept_bytes = 0; }), HasSubstr("lists"));
  EXPECT_THAT(error([](auto& c) { c.kept_address += 2; }), HasSubstr("lists"));
  EXPECT_THAT(error([](auto& c) { c.weight_address = kLargest; }), HasSubstr("space 3"));
  EXPECT_THAT(error([](auto& c) { c.parameters_address = 2; }), HasSubstr("aligned"));
  EXPECT_THAT(error([](auto& c) { c.output_address = kLargest; }), HasSubstr("space 2"));
  EXPECT_THAT(error([](auto& c) {
                c.output_min = 1;
                c.output_max = 0;
              }),
              HasSubstr("output range"));
}

}  // namespace
}  // namespace kasane::compiler::test
