// Which commands for the Cartesian-product array a package may hold: the compiler's check and the runtime's
// accept what the array accepts, and refuse the rest.
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sw/compiler/command_check.h"
#include "sw/compiler/package_view.h"
#include "tests/reference/random_cartesian_layers.h"

extern "C" {
#include "sw/runtime/command_check.h"
}

namespace kasane::test {
namespace {

using reference::CartesianLayer;
using ::testing::HasSubstr;

constexpr std::uint32_t kLargest = 0xFFFFFFFF;

struct Memories {
  std::uint64_t fmm = 0;
  std::uint64_t wm = 0;
  std::uint32_t columns = 0;
};

/// "" if the command may be in a package with these memories.
std::string host_error(const kasane_cartesian_convolution& command, const Memories& memories) {
  kasane_package_header header{};
  header.fmm_bytes = static_cast<std::uint32_t>(memories.fmm);
  header.wm_bytes = static_cast<std::uint32_t>(memories.wm);
  header.array_columns = memories.columns;
  std::array<std::uint8_t, KASANE_COMMAND_BYTES> record;
  std::memcpy(record.data(), &command, sizeof command);
  try {
    check_command(header, {.kind = KASANE_STEP_CARTESIAN}, record, 7);
  } catch (const PackageError& error) {
    return error.what();
  }
  return "";
}

std::string chip_error(const kasane_cartesian_convolution& command, const Memories& memories) {
  space_limits limits{};
  limits.bytes[KASANE_SPACE_FMM] = memories.fmm;
  limits.bytes[KASANE_SPACE_WM] = memories.wm;
  limits.array_columns = memories.columns;
  const char* error = command_check(KASANE_STEP_CARTESIAN, &command, &limits);
  return error == nullptr ? "" : error;
}

Memories memories_of(const CartesianLayer& layer) {
  return {layer.fmm.size(), layer.wm.size(), layer.command.tile_outputs};
}

CartesianLayer some_layer(std::uint64_t seed) {
  reference::Random random(seed);
  const auto columns = static_cast<std::uint32_t>(2 * random.between(1, 20));
  return make_random_cartesian_layer(random, columns);
}

TEST(ArrayCommands, ThatFitAreAccepted) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const CartesianLayer layer = some_layer(seed);
    EXPECT_EQ(host_error(layer.command, memories_of(layer)), "") << layer.description;
    EXPECT_EQ(chip_error(layer.command, memories_of(layer)), "") << layer.description;
  }
}

/// Each range in turn ends one byte behind its memory.
TEST(ArrayCommands, ThatLeaveTheirMemoriesByOneByteAreRefused) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const CartesianLayer layer = some_layer(seed);
    const kasane_cartesian_convolution& c = layer.command;
    const auto planes = [](std::uint32_t channels, int bits) {
      return bits == 4 ? (channels + 1) / 2 : channels;
    };
    const std::uint64_t input_end = std::uint64_t{c.input_address} +
                                    (planes(c.input_channels, c.input_bits) - 1) * c.input_plane_pitch +
                                    (c.input_height - 1) * c.input_row_pitch + c.input_width;
    const std::uint64_t output_end = std::uint64_t{c.output_address} +
                                     (planes(c.output_channels, c.output_bits) - 1) * c.output_plane_pitch +
                                     (c.output_height - 1) * c.output_row_pitch + c.output_width;
    const std::uint64_t group_tiles = (c.output_channels / c.groups + c.tile_outputs - 1) / c.tile_outputs;
    const std::uint64_t kept_end =
        c.kept_address + group_tiles * c.input_channels * ((c.kernel_height * c.kernel_width + 7) / 8);
    const std::uint64_t weight_end = std::uint64_t{c.weight_address} + c.weight_bytes;
    const std::uint64_t parameters_end =
        c.parameters_address + std::uint64_t{c.output_channels} * sizeof(kasane_channel_parameters);
    Memories memories = memories_of(layer);
    memories.fmm = std::max(input_end, output_end);
    memories.wm = std::max({kept_end, weight_end, parameters_end});
    EXPECT_EQ(host_error(c, memories), "") << layer.description;
    EXPECT_EQ(chip_error(c, memories), "") << layer.description;
    --memories.fmm;
    EXPECT_THAT(host_error(c, memories), HasSubstr("of space 2")) << layer.description;
    EXPECT_EQ(chip_error(c, memories), "array's map leaves FMM") << layer.description;
    ++memories.fmm;
    --memories.wm;
    EXPECT_THAT(host_error(c, memories), HasSubstr("of space 3")) << layer.description;
    EXPECT_THAT(chip_error(c, memories), HasSubstr("WM")) << layer.description;
  }
}

/// Two groups of 3 -> 6 channels, 3 x 3 on 5 x 6, for an array of 4 columns: byte maps in, packed ones out.
kasane_cartesian_convolution good_command() {
  kasane_cartesian_convolution c{};
  c.header.opcode = KASANE_CARTESIAN_CONVOLUTION;
  c.input_address = 0;
  c.input_channels = 6;
  c.input_height = 5;
  c.input_width = c.input_row_pitch = 6;
  c.input_plane_pitch = 30;
  c.output_address = 180;
  c.output_channels = 12;
  c.output_height = 5;
  c.output_width = c.output_row_pitch = 6;
  c.output_plane_pitch = 30;
  c.groups = 2;
  c.kernel_height = c.kernel_width = 3;
  c.stride_height = c.stride_width = c.dilation_height = c.dilation_width = 1;
  c.pad_top = c.pad_left = 1;
  c.tile_outputs = 4;
  c.kept_address = 0;     // 2 groups of 2 tiles of 3 channels of 2 bytes
  c.weight_address = 24;  // 2 groups of (2 + 1 bytes) of 3 channels of 9 coordinates
  c.weight_bytes = 162;
  c.parameters_address = 188;  // 12 of 12 bytes
  c.input_bits = 8;
  c.output_bits = 4;
  c.output_min = -8;
  c.output_max = 7;
  return c;
}

constexpr Memories kExact{360, 332, 4};

/// What both checks say after a change; they refuse together.
template <typename Change>
std::pair<std::string, std::string> errors_after(const Change& change) {
  kasane_cartesian_convolution command = good_command();
  change(command);
  return {host_error(command, kExact), chip_error(command, kExact)};
}

#define EXPECT_REFUSED(change, host, chip)                                                          \
  do {                                                                                              \
    const auto errors = errors_after([](kasane_cartesian_convolution& c) { change; });              \
    EXPECT_THAT(errors.first, HasSubstr(std::string("package's command 7: expected "))) << #change; \
    EXPECT_THAT(errors.first, HasSubstr(host)) << #change;                                          \
    EXPECT_THAT(errors.second, HasSubstr(chip)) << #change;                                         \
  } while (false)

TEST(ArrayCommands, TheGoodOneFillsItsMemoriesToTheLastByte) {
  EXPECT_EQ(errors_after([](auto&) {}), std::pair(std::string(), std::string()));
}

TEST(ArrayCommands, ImpossibleShapesAreRefused) {
  EXPECT_REFUSED(c.header.opcode = KASANE_NCU_CONVOLUTION, "found 1", "unknown opcode");
  EXPECT_REFUSED(c.header.reserved = 1, "reserved", "reserved");
  EXPECT_REFUSED(c.reserved[27] = 1, "reserved", "reserved");
  EXPECT_REFUSED(c.input_height = 0, "above zero", "leaves FMM");
  EXPECT_REFUSED(c.output_width = 0, "above zero", "leaves FMM");
  EXPECT_REFUSED(c.input_channels = 0, "above zero", "leaves FMM");
  EXPECT_REFUSED(c.output_channels = 0, "above zero", "leaves FMM");
  EXPECT_REFUSED(c.kernel_width = 0, "above zero", "of zero");
  EXPECT_REFUSED(c.stride_height = 0, "above zero", "of zero");
  EXPECT_REFUSED(c.dilation_width = 0, "above zero", "of zero");
  EXPECT_REFUSED(c.groups = 0, "divide", "divide");
  EXPECT_REFUSED(c.groups = 4, "divide", "divide");
  EXPECT_REFUSED(c.kernel_height = 22, "at most 64 elements, found 66", "more than 64");
  EXPECT_REFUSED(c.header.opcode = KASANE_CARTESIAN_FULLY_CONNECTED, "one pixel", "one pixel");
}

TEST(ArrayCommands, AnotherArraysTilesAreRefused) {
  EXPECT_REFUSED(c.tile_outputs = 0, "even number", "other columns");
  EXPECT_REFUSED(c.tile_outputs = 3, "even number", "other columns");
  EXPECT_REFUSED(c.tile_outputs = 6, "tiles of the 4 columns", "other columns");
  const kasane_cartesian_convolution command = good_command();
  const Memories without_array{kExact.fmm, kExact.wm, 0};
  EXPECT_THAT(host_error(command, without_array), HasSubstr("tiles of the 0 columns"));
  EXPECT_THAT(chip_error(command, without_array), HasSubstr("other columns"));
}

TEST(ArrayCommands, ImpossibleFormatsAreRefused) {
  EXPECT_REFUSED(c.input_bits = 5, "4 or 8 bits", "4 nor 8 bits");
  EXPECT_REFUSED(c.output_bits = 0, "4 or 8 bits", "4 nor 8 bits");
  EXPECT_REFUSED(c.pad_value = 8, "padding", "padding");
  EXPECT_REFUSED(c.pad_value = -9, "padding", "padding");
  EXPECT_REFUSED(c.output_min = 7; c.output_max = 6, "an output range", "range is empty");
  EXPECT_REFUSED(c.output_min = -9, "range of 4 bits", "exceeds 4 bits");
  EXPECT_REFUSED(c.output_max = 8, "range of 4 bits", "exceeds 4 bits");
  EXPECT_REFUSED(c.output_channels = 10, "even number of output channels", "share packed planes");
  // One group may end with a single channel; bytes may hold any range.
  const auto allowed = errors_after([](kasane_cartesian_convolution& c) {
    c.groups = 1;
    c.output_channels = 5;
    c.weight_bytes = 100;
  });
  EXPECT_EQ(allowed, std::pair(std::string(), std::string()));
  const auto bytes = errors_after([](kasane_cartesian_convolution& c) {
    c.output_bits = 8;
    c.output_channels = 6;
    c.weight_bytes = 100;
    c.output_min = -128;
    c.output_max = 127;
  });
  EXPECT_EQ(bytes, std::pair(std::string(), std::string()));
}

TEST(ArrayCommands, MapsThatOverlapOrLeaveFmmAreRefused) {
  EXPECT_REFUSED(c.output_address = 181, "space 2", "leaves FMM");
  EXPECT_REFUSED(c.output_address = 179, "do not overlap", "maps overlap");
  EXPECT_REFUSED(c.input_address = 1, "do not overlap", "maps overlap");
  EXPECT_REFUSED(c.input_row_pitch = 5, "do not overlap", "overlaps itself");
  EXPECT_REFUSED(c.output_plane_pitch = 29, "do not overlap", "overlaps itself");
  EXPECT_REFUSED(c.input_plane_pitch = 0, "do not overlap", "overlaps itself");
  EXPECT_REFUSED(c.input_channels = c.input_plane_pitch = kLargest - 1, "2^31", "leaves FMM");
  EXPECT_REFUSED(c.output_height = c.output_row_pitch = kLargest, "2^31", "leaves FMM");
}

TEST(ArrayCommands, ConstantsOutsideWmAreRefused) {
  EXPECT_REFUSED(c.kept_address = 309, "space 3", "bitmaps leave WM");
  EXPECT_REFUSED(c.kept_address = kLargest, "space 3", "bitmaps leave WM");
  EXPECT_REFUSED(c.weight_address = 171, "space 3", "weights leave WM");
  EXPECT_REFUSED(c.weight_bytes = 163, "no more weights than a dense layer has", "weights leave WM");
  EXPECT_REFUSED(c.weight_bytes = kLargest, "space 3", "weights leave WM");
  EXPECT_REFUSED(c.parameters_address = 190, "aligned", "parameters leave WM");
  EXPECT_REFUSED(c.parameters_address = 192, "space 3", "parameters leave WM");
}

/// Planes on top of each other are refused before any product of theirs is formed.
TEST(ArrayCommands, HugeNumbersDoNotWrap) {
  for (const std::uint32_t channels : {0x7FFFFFFEu, 0x80000000u, 0xFFFFFFFEu}) {
    for (const std::uint32_t groups : {1u, 2u, channels / 2}) {
      kasane_cartesian_convolution c = good_command();
      c.input_channels = c.output_channels = channels;
      c.input_height = c.input_width = c.output_height = c.output_width = 1;
      c.input_plane_pitch = c.output_plane_pitch = 1;
      c.output_bits = 8;
      c.groups = groups;
      c.output_address = kLargest / 2;
      EXPECT_NE(host_error(c, {kLargest, kLargest, 4}), "") << channels << " " << groups;
      EXPECT_NE(chip_error(c, {kLargest, kLargest, 4}), "") << channels << " " << groups;
    }
  }
}

}  // namespace
}  // namespace kasane::test
