// Which commands for the hidden-network engine a package may hold: the compiler's check and the runtime's
// accept what the engine accepts, and refuse the rest.
#include <array>
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sw/compiler/command_check.h"
#include "sw/compiler/package_view.h"
#include "tests/reference/random_hiddenite_layers.h"

extern "C" {
#include "sw/runtime/command_check.h"
}

namespace kasane::test {
namespace {

using reference::HiddenLayer;
using ::testing::HasSubstr;

constexpr std::uint32_t kLargest = 0xFFFFFFFF;

struct Memories {
  std::uint64_t fmm = 0;
  std::uint64_t wm = 0;
  std::uint32_t lanes = 0;
};

/// "" if the command may be in a package with these memories.
std::string host_error(const kasane_hiddenite_convolution& command, const Memories& memories) {
  kasane_package_header header{};
  header.fmm_bytes = static_cast<std::uint32_t>(memories.fmm);
  header.wm_bytes = static_cast<std::uint32_t>(memories.wm);
  header.hiddenite_outputs = memories.lanes;
  std::array<std::uint8_t, KASANE_COMMAND_BYTES> record;
  std::memcpy(record.data(), &command, sizeof command);
  try {
    check_command(header, {.kind = KASANE_STEP_HIDDENITE}, record, 7);
  } catch (const PackageError& error) {
    return error.what();
  }
  return "";
}

std::string chip_error(const kasane_hiddenite_convolution& command, const Memories& memories) {
  space_limits limits{};
  limits.bytes[KASANE_SPACE_FMM] = memories.fmm;
  limits.bytes[KASANE_SPACE_WM] = memories.wm;
  limits.hiddenite_outputs = memories.lanes;
  const char* error = command_check(KASANE_STEP_HIDDENITE, &command, &limits);
  return error == nullptr ? "" : error;
}

HiddenLayer some_layer(std::uint64_t seed) {
  reference::Random random(seed);
  return make_random_hidden_layer(random, static_cast<std::uint32_t>(random.between(1, 20)));
}

Memories memories_of(const HiddenLayer& layer) {
  return {layer.fmm.size(), layer.wm.size(), layer.command.tile_outputs};
}

TEST(HiddeniteCommands, ThatFitAreAccepted) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const HiddenLayer layer = some_layer(seed);
    EXPECT_EQ(host_error(layer.command, memories_of(layer)), "") << layer.description;
    EXPECT_EQ(chip_error(layer.command, memories_of(layer)), "") << layer.description;
  }
}

/// Each range in turn ends one byte behind its memory.
TEST(HiddeniteCommands, ThatLeaveTheirMemoriesByOneByteAreRefused) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const HiddenLayer layer = some_layer(seed);
    const kasane_hiddenite_convolution& c = layer.command;
    const std::uint64_t input_end = std::uint64_t{c.input_address} +
                                    std::uint64_t{c.input_channels - 1} * c.input_channel_pitch +
                                    std::uint64_t{c.input_height - 1} * c.input_row_pitch + c.input_width;
    const std::uint64_t output_end = std::uint64_t{c.output_address} +
                                     std::uint64_t{c.output_channels - 1} * c.output_channel_pitch +
                                     std::uint64_t{c.output_height - 1} * c.output_row_pitch + c.output_width;
    const std::uint64_t tiles =
        (c.output_channels / c.groups + c.tile_outputs - 1) / c.tile_outputs * c.groups;
    const std::uint64_t parameters_end =
        c.parameters_address + std::uint64_t{c.output_channels} * sizeof(kasane_channel_parameters);
    Memories memories = memories_of(layer);
    memories.fmm = std::max(input_end, output_end);
    memories.wm =
        std::max({c.tiles_address + 4 * tiles, std::uint64_t{c.mask_address} + c.mask_bytes, parameters_end});
    EXPECT_EQ(host_error(c, memories), "") << layer.description;
    EXPECT_EQ(chip_error(c, memories), "") << layer.description;
    --memories.fmm;
    EXPECT_THAT(host_error(c, memories), HasSubstr("of space 2")) << layer.description;
    EXPECT_EQ(chip_error(c, memories), "hidden layer's map leaves FMM") << layer.description;
    ++memories.fmm;
    --memories.wm;
    EXPECT_THAT(host_error(c, memories), HasSubstr("of space 3")) << layer.description;
    EXPECT_THAT(chip_error(c, memories), HasSubstr("WM")) << layer.description;
  }
}

/// Two groups of 3 -> 6 channels, 3 x 3 on 5 x 6, for an engine of 4 output lanes; masks in fields of 3 bits.
kasane_hiddenite_convolution good_command() {
  kasane_hiddenite_convolution c{};
  c.header.opcode = KASANE_HIDDENITE_CONVOLUTION;
  c.input_address = 0;
  c.input_channels = 6;
  c.input_height = c.output_height = 5;
  c.input_width = c.input_row_pitch = c.output_width = c.output_row_pitch = 6;
  c.input_channel_pitch = c.output_channel_pitch = 30;
  c.output_address = 180;
  c.output_channels = 12;
  c.groups = 2;
  c.kernel_height = c.kernel_width = 3;
  c.stride_height = c.stride_width = c.dilation_height = c.dilation_width = 1;
  c.pad_top = c.pad_left = 1;
  c.tile_outputs = 4;
  c.tiles_address = 0;  // 2 groups of 2 tiles
  c.mask_address = 16;
  c.mask_bytes = 125;          // 12 x 27 weights could take 122 bytes and a part of one in each tile
  c.parameters_address = 144;  // 12 of 12 bytes
  c.field_bits = 3;
  c.generator = KASANE_GENERATOR_XORSHIFT;
  c.output_min = -128;
  c.output_max = 127;
  return c;
}

constexpr Memories kExact{540, 288, 4};

/// What both checks say after a change; they refuse together.
template <typename Change>
std::pair<std::string, std::string> errors_after(const Change& change) {
  kasane_hiddenite_convolution command = good_command();
  change(command);
  return {host_error(command, kExact), chip_error(command, kExact)};
}

const std::pair<std::string, std::string> kNoErrors;

#define EXPECT_REFUSED(change, host, chip)                                                          \
  do {                                                                                              \
    const auto errors = errors_after([](kasane_hiddenite_convolution& c) { change; });              \
    EXPECT_THAT(errors.first, HasSubstr(std::string("package's command 7: expected "))) << #change; \
    EXPECT_THAT(errors.first, HasSubstr(host)) << #change;                                          \
    EXPECT_THAT(errors.second, HasSubstr(chip)) << #change;                                         \
  } while (false)

TEST(HiddeniteCommands, TheGoodOneFillsItsMemoriesToTheLastByte) {
  EXPECT_EQ(errors_after([](auto&) {}), kNoErrors);
}

TEST(HiddeniteCommands, ImpossibleShapesAreRefused) {
  EXPECT_REFUSED(c.header.opcode = KASANE_NCU_CONVOLUTION, "found 1", "unknown opcode");
  EXPECT_REFUSED(c.header.reserved = 1, "reserved", "reserved");
  EXPECT_REFUSED(c.reserved[19] = 1, "reserved", "reserved");
  EXPECT_REFUSED(c.input_height = 0, "above zero", "leaves FMM");
  EXPECT_REFUSED(c.output_width = 0, "above zero", "leaves FMM");
  EXPECT_REFUSED(c.input_channels = 0, "above zero", "leaves FMM");
  EXPECT_REFUSED(c.output_channels = 0, "above zero", "leaves FMM");
  EXPECT_REFUSED(c.kernel_width = 0, "above zero", "of zero");
  EXPECT_REFUSED(c.stride_height = 0, "above zero", "of zero");
  EXPECT_REFUSED(c.dilation_width = 0, "above zero", "of zero");
  EXPECT_REFUSED(c.groups = 0, "divide", "divide");
  EXPECT_REFUSED(c.groups = 4, "divide", "divide");
  EXPECT_REFUSED(c.header.opcode = KASANE_HIDDENITE_FULLY_CONNECTED, "one pixel", "one pixel");
  EXPECT_REFUSED(c.output_min = 7; c.output_max = 6, "an output range", "range is empty");
}

TEST(HiddeniteCommands, AnotherEnginesTilesAreRefused) {
  EXPECT_REFUSED(c.tile_outputs = 0, "tiles of 1 to the 4 output lanes", "other output lanes");
  EXPECT_REFUSED(c.tile_outputs = 5, "tiles of 1 to the 4 output lanes", "other output lanes");
  const Memories without_engine{kExact.fmm, kExact.wm, 0};
  EXPECT_THAT(host_error(good_command(), without_engine), HasSubstr("tiles of 1 to the 0 output lanes"));
  EXPECT_THAT(chip_error(good_command(), without_engine), HasSubstr("other output lanes"));
  EXPECT_EQ(errors_after([](kasane_hiddenite_convolution& c) { c.tile_outputs = 3; }), kNoErrors);
}

TEST(HiddeniteCommands, ImpossibleWeightsAreRefused) {
  EXPECT_REFUSED(c.generator = KASANE_GENERATORS, "weight generator, found 2", "weight generator");
  EXPECT_REFUSED(c.field_bits = 9, "at most 8 bits, found 9", "wider fields");
  EXPECT_REFUSED(c.kernel_height = c.kernel_width = 105, "at most 32768 weights an output, found 33075",
                 "more than 32768");
}

/// One more output than 2^32 weights allow; the index of the first one is any.
TEST(HiddeniteCommands, MoreWeightsThanTheirCountHoldsAreRefused) {
  kasane_hiddenite_convolution c = good_command();
  c.first_weight = kLargest;
  EXPECT_EQ(host_error(c, kExact) + chip_error(c, kExact), "");
  c.input_channels = 32768;
  c.input_height = c.input_width = c.output_height = c.output_width = 1;
  c.input_channel_pitch = c.output_channel_pitch = 1;
  c.kernel_height = c.kernel_width = 1;
  c.pad_top = c.pad_left = 0;
  c.groups = 1;
  c.output_address = 32768;
  c.mask_bytes = 1 << 30;
  c.parameters_address = 0;
  for (const std::uint32_t outputs : {131072U, 131073U}) {
    c.output_channels = outputs;
    const Memories memories{kLargest, kLargest, 4};
    if (outputs == 131072) {
      EXPECT_EQ(host_error(c, memories) + chip_error(c, memories), "");
      continue;
    }
    EXPECT_THAT(host_error(c, memories), HasSubstr("at most 2^32 weights"));
    EXPECT_THAT(chip_error(c, memories), HasSubstr("more than 2^32 weights"));
  }
}

TEST(HiddeniteCommands, MapsThatOverlapOrLeaveFmmAreRefused) {
  EXPECT_REFUSED(c.output_address = 181, "space 2", "leaves FMM");
  EXPECT_REFUSED(c.output_address = 179, "do not overlap", "maps overlap");
  EXPECT_REFUSED(c.input_address = 1, "do not overlap", "maps overlap");
  EXPECT_REFUSED(c.input_row_pitch = 5, "do not overlap", "overlaps itself");
  EXPECT_REFUSED(c.output_channel_pitch = 29, "do not overlap", "overlaps itself");
  EXPECT_REFUSED(c.input_channel_pitch = 0, "do not overlap", "overlaps itself");
  EXPECT_REFUSED(c.input_channels = c.input_channel_pitch = kLargest - 1, "2^31", "leaves FMM");
  EXPECT_REFUSED(c.output_height = c.output_row_pitch = kLargest, "2^31", "leaves FMM");
}

TEST(HiddeniteCommands, MasksAndParametersOutsideWmAreRefused) {
  EXPECT_REFUSED(c.tiles_address = 2, "aligned", "table of tiles");
  EXPECT_REFUSED(c.tiles_address = 276, "space 3", "table of tiles leaves WM");
  EXPECT_REFUSED(c.tiles_address = kLargest - 3, "space 3", "table of tiles leaves WM");
  EXPECT_REFUSED(c.mask_address = 164, "space 3", "masks leave WM");
  EXPECT_REFUSED(c.mask_bytes = kLargest, "space 3", "masks leave WM");
  EXPECT_REFUSED(c.mask_bytes = 126, "as many bytes as their weights can take, found 126", "or the layer");
  EXPECT_REFUSED(c.mask_bytes = 3, "as many bytes as their weights can take, found 3", "or the layer");
  EXPECT_REFUSED(c.parameters_address = 142, "aligned", "parameters leave WM");
  EXPECT_REFUSED(c.parameters_address = 148, "space 3", "parameters leave WM");
}

/// Planes on top of each other are refused before any product of theirs is formed.
TEST(HiddeniteCommands, HugeNumbersDoNotWrap) {
  for (const std::uint32_t channels : {0x7FFFFFFEu, 0x80000000u, 0xFFFFFFFEu}) {
    for (const std::uint32_t groups : {1u, 2u, channels / 2, channels}) {
      kasane_hiddenite_convolution c = good_command();
      c.input_channels = c.output_channels = channels;
      c.input_height = c.input_width = c.output_height = c.output_width = 1;
      c.input_channel_pitch = c.output_channel_pitch = 1;
      c.groups = groups;
      c.output_address = kLargest / 2;
      EXPECT_NE(host_error(c, {kLargest, kLargest, 4}), "") << channels << " " << groups;
      EXPECT_NE(chip_error(c, {kLargest, kLargest, 4}), "") << channels << " " << groups;
    }
  }
}

}  // namespace
}  // namespace kasane::test
