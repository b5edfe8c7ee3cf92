/// Commands that the hidden-network engine must refuse, by the words of kasane/hiddenite.h, without writing
/// anything; and unusual ones that it must not refuse. Masks: see corrupt_masks_test.cpp.
#include <gtest/gtest.h>
#include <memory>

#include "tests/reference/random_hiddenite_layers.h"
#include "tests/unit/hiddenite/dense_layers.h"
#include "tests/unit/hiddenite/hiddenite_chip.h"
#include "tests/unit/refusal_bench.h"

namespace kasane {
namespace {

using hiddenite::DenseLayer;
using Command = kasane_hiddenite_convolution;
using reference::Bytes;

constexpr std::uint32_t no_error = KASANE_ERROR_NONE, parameter = KASANE_ERROR_PARAMETER,
                        address = KASANE_ERROR_ADDRESS;
using Bench = RefusalBench<HiddeniteChip, Command>;

class HiddeniteRefusals : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    technology = std::make_unique<Technology>(
        Technology::load({.file = KASANE_SOURCE_DIR "/models/technology/tables/45nm.yaml"}));
    account = std::make_unique<EnergyAccount>();
    chip = std::make_unique<HiddeniteChip>("chip", HiddeniteChip::Sizes{}, *account, *technology);
    small = std::make_unique<HiddeniteChip>(
        "small",
        HiddeniteChip::Sizes{
            .engine = {.output_channels = 4, .weight_buffer_bytes = 72, .input_buffer_bytes = 64}},
        *account, *technology);
    bench = std::make_unique<Bench>(*chip, reference::hiddenite_convolution);
    small_bench = std::make_unique<Bench>(*small, reference::hiddenite_convolution);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }

  /// Two groups of 4 -> 6 channels on 6 x 6 pixels, tiles of 4 and 2 outputs.
  static DenseLayer convolution() {
    return DenseLayer({.inputs = 8,
                       .size = 6,
                       .outputs = 12,
                       .kernel = 3,
                       .pad = 1,
                       .groups = 2,
                       .tile_outputs = 4,
                       .keep_every = 3});
  }
  static DenseLayer fully_connected() {
    DenseLayer layer({.inputs = 16, .outputs = 6, .tile_outputs = 6, .keep_every = 2});
    layer.command.header.opcode = KASANE_HIDDENITE_FULLY_CONNECTED;
    return layer;
  }

  static std::uint32_t error_of(const Command& command, const Bytes& wm) {
    return bench->error_of(command, wm);
  }
  static void expect_each(const DenseLayer& layer, std::uint32_t error,
                          const std::vector<Change<Command>>& changes) {
    bench->expect_each(layer, error, changes);
  }

  static inline std::unique_ptr<Technology> technology;
  static inline std::unique_ptr<EnergyAccount> account;
  static inline std::unique_ptr<HiddeniteChip> chip;
  static inline std::unique_ptr<HiddeniteChip> small;  ///< with room for two tiles of 36 bytes of weights
  static inline std::unique_ptr<Bench> bench;
  static inline std::unique_ptr<Bench> small_bench;
};

TEST_F(HiddeniteRefusals, SizesThatAreImpossible) {
  expect_each(convolution(), parameter, impossible_sizes<Command>());
  expect_each(convolution(), parameter,
              {{"tiles of no outputs", [](Command& c) { c.tile_outputs = 0; }},
               {"tiles of more outputs than lanes", [](Command& c) { c.tile_outputs = 9; }},
               {"tiles of 2^16 - 1 outputs", [](Command& c) { c.tile_outputs = 0xFFFF; }},
               // 4 channels x 91 x 91 = 33124.
               {"more than 2^15 weights an output", [](Command& c) {
                  c.kernel_height = c.kernel_width = 91;
                  c.tile_outputs = 1;
                }}});
}

TEST_F(HiddeniteRefusals, PlacesThatAreImpossible) {
  expect_each(convolution(), parameter,
              {{"input rows overlap", [](Command& c) { c.input_row_pitch = 5; }},
               {"input planes overlap", [](Command& c) { c.input_channel_pitch = 35; }},
               {"output rows overlap", [](Command& c) { c.output_row_pitch = 5; }},
               {"output planes overlap", [](Command& c) { c.output_channel_pitch = 35; }},
               {"input leaves 32 bits", [](Command& c) { c.input_address = 0xFFFFFFF0; }},
               {"output leaves 32 bits", [](Command& c) { c.output_address = 0xFFFFFFF0; }},
               {"planes leave 32 bits", [](Command& c) { c.output_channel_pitch = 0x80000000; }},
               {"the tile table leaves 32 bits", [](Command& c) { c.tiles_address = 0xFFFFFFFC; }},
               {"masks leave 32 bits", [](Command& c) { c.mask_address = 0xFFFFFFFF; }},
               {"parameters leave 32 bits", [](Command& c) { c.parameters_address = 0xFFFFFFFC; }},
               {"parameters are not words", [](Command& c) { c.parameters_address = 2; }},
               {"the tile table is not words", [](Command& c) { c.tiles_address += 2; }}});
}

TEST_F(HiddeniteRefusals, NumbersThatAreImpossible) {
  expect_each(convolution(), parameter,
              {{"fields of 9 bits", [](Command& c) { c.field_bits = 9; }},
               {"fields of 255 bits", [](Command& c) { c.field_bits = 255; }},
               {"a third generator", [](Command& c) { c.generator = KASANE_GENERATORS; }},
               {"generator 255", [](Command& c) { c.generator = 255; }},
               {"minimum above maximum", [](Command& c) { c.output_min = 1, c.output_max = 0; }},
               {"reserved word of the header", [](Command& c) { c.header.reserved = 1; }}});
  for (std::size_t byte = 0; byte < sizeof Command{}.reserved; ++byte) {
    Command command = convolution().command;
    command.reserved[byte] = 0x80;
    EXPECT_EQ(error_of(command, convolution().wm), parameter) << "reserved byte " << byte;
  }
  Command unknown = convolution().command;
  for (const int opcode : {0, 0x0001, 0x0401, 0x0500, 0x0503, 0xFFFF}) {
    unknown.header.opcode = static_cast<std::uint16_t>(opcode);
    EXPECT_EQ(error_of(unknown, convolution().wm), static_cast<std::uint32_t>(KASANE_ERROR_OPCODE)) << opcode;
  }
}

TEST_F(HiddeniteRefusals, FullyConnectedLayersOfMoreThanOnePixel) {
  expect_each(fully_connected(), parameter,
              {{"two groups", [](Command& c) { c.groups = 2; }},
               {"two input rows", [](Command& c) { c.input_height = 2, c.input_channel_pitch = 2; }},
               {"two input columns",
                [](Command& c) { c.input_width = c.input_row_pitch = c.input_channel_pitch = 2; }},
               {"two output rows", [](Command& c) { c.output_height = 2, c.output_channel_pitch = 2; }},
               {"two output columns",
                [](Command& c) { c.output_width = c.output_row_pitch = c.output_channel_pitch = 2; }},
               {"two kernel rows", [](Command& c) { c.kernel_height = 2; }},
               {"two kernel columns", [](Command& c) { c.kernel_width = 2; }}});
}

// Two expanded tiles, two bits a weight, must fit the weight buffer; one channel of a pixel tile with its
// padding a half of the input buffer.
TEST_F(HiddeniteRefusals, BuffersThatAreTooSmall) {
  // Tiles of 4 outputs of 4 x 9 weights: 36 bytes, twice as many as there are.
  DenseLayer fits = convolution();
  EXPECT_EQ(small_bench->error_of(fits.command, fits.wm), no_error);
  const hiddenite::DenseShape larger{
      .inputs = 5, .size = 6, .outputs = 6, .kernel = 3, .pad = 1, .tile_outputs = 4};
  const DenseLayer does_not(larger);
  EXPECT_EQ(small_bench->error_of(does_not.command, does_not.wm), parameter);
  EXPECT_EQ(error_of(does_not.command, does_not.wm), no_error);
  // Of 7 x 7 pixels a tile needs all, with padding 81; of 6 x 6 pixels 64.
  for (const auto& [size, error] : {std::pair{7u, parameter}, {6u, no_error}}) {
    const DenseLayer layer(
        {.inputs = 4, .size = size, .outputs = 4, .kernel = 3, .pad = 1, .tile_outputs = 4});
    EXPECT_EQ(small_bench->error_of(layer.command, layer.wm), error) << size;
    EXPECT_EQ(error_of(layer.command, layer.wm), no_error);
  }
}

TEST_F(HiddeniteRefusals, ChannelParametersOutOfRange) {
  const DenseLayer layer = convolution();
  const auto with = [&](std::uint32_t channel, const kasane_channel_parameters& p) {
    Bytes wm = layer.wm;
    reference::store_word(wm, channel * 12, p.bias);
    reference::store_word(wm, channel * 12 + 4, p.multiplier);
    reference::store_word(wm, channel * 12 + 8, p.shift);
    return wm;
  };
  // Of the first tile: nothing has been written yet.
  for (const std::uint32_t channel : {0, 3})
    for (const auto& [multiplier, shift] : {std::pair{-1, 1}, {1, 0}, {1, 63}, {1, -1}, {1, 1 << 30}})
      EXPECT_EQ(error_of(layer.command, with(channel, {0, multiplier, shift})), parameter) << channel;
  for (const auto& [multiplier, shift] : {std::pair{0, 1}, {0x7FFFFFFF, 62}})
    EXPECT_EQ(error_of(layer.command, with(3, {0, multiplier, shift})), no_error);
}

TEST_F(HiddeniteRefusals, DataThatLeavesItsMemory) {
  constexpr auto fmm = static_cast<std::uint32_t>(HiddeniteChip::fmm_bytes);
  constexpr auto wm = static_cast<std::uint32_t>(HiddeniteChip::wm_bytes);
  expect_each(convolution(), address,
              {{"the tile table begins behind the memory", [](Command& c) { c.tiles_address = wm; }},
               {"the last tile's entry", [](Command& c) { c.tiles_address = wm - 4 * 4 + 4; }},
               {"parameters begin behind the memory", [](Command& c) { c.parameters_address = wm; }},
               {"last parameters of a tile", [](Command& c) { c.parameters_address = wm - 4 * 12 + 4; }},
               {"masks begin behind the memory", [](Command& c) { c.mask_address = wm; }},
               {"last byte of a mask", [](Command& c) { c.mask_address = wm - c.mask_bytes + 1; }},
               {"input begins behind the memory", [](Command& c) { c.input_address = fmm; }},
               {"last element of a group's input", [](Command& c) { c.input_address = fmm - 4 * 36 + 1; }},
               {"output begins behind the memory", [](Command& c) { c.output_address = fmm; }}});
}

// What goes wrong in a later tile is found when that tile is loaded or stored: what the tiles before have
// written stays, and is right; nothing else is touched.
TEST_F(HiddeniteRefusals, ErrorsInLaterTilesTouchNothingButTheOutput) {
  const DenseLayer layer = convolution();
  const auto expect = [&](const char* what, std::uint32_t error, const Command& command, const Bytes& wm) {
    SCOPED_TRACE(what);
    Bytes before(HiddeniteChip::fmm_bytes, Bench::background);
    chip->load_fmm(before);
    chip->load_wm(wm);
    reference::CommandRecord record;
    std::memcpy(record.data(), &command, sizeof command);
    EXPECT_EQ(chip->run(record).error, error);
    const Bytes after = chip->dump_fmm();
    // The reference on memories and parameters that let it go on.
    before.resize(before.size() + 4 * 36, Bench::background);
    const Bytes complete = reference::hiddenite_convolution(command, before, layer.wm);
    for (std::size_t a = 0; a < after.size(); ++a)
      ASSERT_TRUE(after[a] == Bench::background || after[a] == complete[a]) << a;
  };
  Command command = layer.command;
  command.output_address = static_cast<std::uint32_t>(HiddeniteChip::fmm_bytes) - 12 * 36 + 1;
  expect("the output's last byte", address, command, layer.wm);
  command = layer.command;
  command.input_address = static_cast<std::uint32_t>(HiddeniteChip::fmm_bytes) - 8 * 36 + 1;
  command.output_address = 0;
  expect("the input's last byte", address, command, layer.wm);
  Bytes wm = layer.wm;
  reference::store_word(wm, layer.command.parameters_address + 11 * 12 + 8, 0);
  expect("the last channel's shift", parameter, layer.command, wm);
}

TEST_F(HiddeniteRefusals, LastBytesOfTheMemoriesAreFine) {
  DenseLayer layer = convolution();
  layer.command.output_address = static_cast<std::uint32_t>(HiddeniteChip::fmm_bytes) - 12 * 36;
  EXPECT_EQ(error_of(layer.command, layer.wm), no_error);
  // The masks are the last list.
  const auto up = static_cast<std::uint32_t>(HiddeniteChip::wm_bytes - layer.wm.size());
  layer.wm.resize(HiddeniteChip::wm_bytes);
  std::copy_backward(layer.wm.begin() + layer.command.mask_address,
                     layer.wm.begin() + layer.command.mask_address + layer.command.mask_bytes,
                     layer.wm.end());
  layer.command.mask_address += up;
  EXPECT_EQ(error_of(layer.command, layer.wm), no_error);
}

TEST_F(HiddeniteRefusals, UnusualCommandsAreFine) {
  expect_each(
      convolution(), no_error,
      {{"a zero point of -128", [](Command& c) { c.input_zero_point = -128; }},
       {"a zero point of 127", [](Command& c) { c.input_zero_point = 127; }},
       {"a zero point that no output reaches",
        [](Command& c) { c.output_zero_point = 100, c.output_max = 50; }},
       {"indices that wrap", [](Command& c) { c.first_weight = 0u - 5; }},
       {"one level", [](Command& c) { c.output_min = c.output_max = 3; }},
       {"output in the gaps of the input's planes",
        [](Command& c) {
          c.input_channel_pitch = 36 + 12 * 36;
          c.output_address = 36;
          c.output_channel_pitch = 36;
        }},
       {"all windows above and left of the input", [](Command& c) { c.pad_top = c.pad_left = 1000; }}});
}

// What lies between a tile's elements may be more than the buffer's addresses reach.
TEST_F(HiddeniteRefusals, WindowsFarApartAreRefused) {
  expect_each(convolution(), parameter,
              {{"strides beyond the input", [](Command& c) { c.stride_height = c.stride_width = 0xFFFF; }},
               {"columns far apart", [](Command& c) { c.stride_width = 0xFFFF; }},
               {"kernels behind the input", [](Command& c) { c.dilation_height = c.dilation_width = 5000; }},
               {"kernels on all sides", [](Command& c) {
                  c.pad_top = c.pad_left = 30000;
                  c.dilation_height = c.dilation_width = 30000;
                }}});
}

// Padding alone makes no band without end.
TEST_F(HiddeniteRefusals, LongRowsOfPadding) {
  const auto row_of = [](std::uint32_t columns) {
    Command command = convolution().command;
    command.output_height = 1;
    command.output_width = command.output_row_pitch = command.output_channel_pitch = columns;
    return command;
  };
  EXPECT_EQ(error_of(row_of(20'000), convolution().wm), no_error);
  // The first channel leaves the memory: nothing has been written but part of it.
  const Command command = row_of(1 << 28);
  chip->load_wm(convolution().wm);
  reference::CommandRecord record;
  std::memcpy(record.data(), &command, sizeof command);
  EXPECT_EQ(chip->run(record).error, address);
}

TEST_F(HiddeniteRefusals, GarbageEnds) {
  reference::Random random(5);
  bench->expect_garbage_to_end(random, offsetof(Command, reserved), [&] {
    return make_random_hidden_layer(random, 8, {.products = 20'000, .tile_weights = 65536});
  });
}

}  // namespace
}  // namespace kasane
