/// Commands that the array must refuse, by the words of kasane/cartesian_array.h, without writing anything;
/// and unusual ones that it must not refuse.
#include <gtest/gtest.h>
#include <memory>

#include "tests/reference/random_cartesian_layers.h"
#include "tests/unit/cartesian_array/array_chip.h"
#include "tests/unit/cartesian_array/dense_layers.h"
#include "tests/unit/refusal_bench.h"

namespace kasane {
namespace {

using cartesian::DenseLayer;
using Command = kasane_cartesian_convolution;
using reference::Bytes;

constexpr std::uint32_t no_error = KASANE_ERROR_NONE, parameter = KASANE_ERROR_PARAMETER,
                        address = KASANE_ERROR_ADDRESS;
using Bench = RefusalBench<ArrayChip, Command>;

class CartesianRefusals : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    technology = std::make_unique<Technology>(
        Technology::load({.file = KASANE_SOURCE_DIR "/models/technology/tables/45nm.yaml"}));
    account = std::make_unique<EnergyAccount>();
    chip = std::make_unique<ArrayChip>("chip", ArrayChip::Sizes{}, *account, *technology);
    bench = std::make_unique<Bench>(*chip, reference::cartesian_convolution);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }

  /// Two groups of 4 -> 6 channels on 6 x 6 pixels, packed on both sides.
  static DenseLayer convolution() {
    return DenseLayer({.inputs = 8, .size = 6, .outputs = 12, .kernel = 3, .pad = 1, .groups = 2});
  }
  static DenseLayer fully_connected() {
    DenseLayer layer({.inputs = 16, .outputs = 6});
    layer.command.header.opcode = KASANE_CARTESIAN_FULLY_CONNECTED;
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
  static inline std::unique_ptr<ArrayChip> chip;
  static inline std::unique_ptr<Bench> bench;
};

TEST_F(CartesianRefusals, SizesThatAreImpossible) {
  expect_each(convolution(), parameter, impossible_sizes<Command>());
  expect_each(convolution(), parameter,
              {{"65 elements a kernel", [](Command& c) { c.kernel_height = 5, c.kernel_width = 13; }},
               {"lists for fewer columns", [](Command& c) { c.tile_outputs = 16; }},
               {"lists for more columns", [](Command& c) { c.tile_outputs = 64; }},
               {"lists for no columns", [](Command& c) { c.tile_outputs = 0; }}});
}

TEST_F(CartesianRefusals, PlacesThatAreImpossible) {
  expect_each(convolution(), parameter,
              {{"input rows overlap", [](Command& c) { c.input_row_pitch = 5; }},
               {"input planes overlap", [](Command& c) { c.input_plane_pitch = 35; }},
               {"output rows overlap", [](Command& c) { c.output_row_pitch = 5; }},
               {"output planes overlap", [](Command& c) { c.output_plane_pitch = 35; }},
               {"input leaves 32 bits", [](Command& c) { c.input_address = 0xFFFFFFF0; }},
               {"output leaves 32 bits", [](Command& c) { c.output_address = 0xFFFFFFF0; }},
               {"planes leave 32 bits", [](Command& c) { c.output_plane_pitch = 0x80000000; }},
               {"parameters are not words", [](Command& c) { c.parameters_address = 2; }}});
}

TEST_F(CartesianRefusals, NumbersThatAreImpossible) {
  expect_each(convolution(), parameter,
              {{"inputs of 0 bits", [](Command& c) { c.input_bits = 0; }},
               {"inputs of 2 bits", [](Command& c) { c.input_bits = 2; }},
               {"inputs of 16 bits", [](Command& c) { c.input_bits = 16; }},
               {"outputs of 0 bits", [](Command& c) { c.output_bits = 0; }},
               {"outputs of 5 bits", [](Command& c) { c.output_bits = 5; }},
               {"padding below -8", [](Command& c) { c.pad_value = -9; }},
               {"padding above 7", [](Command& c) { c.pad_value = 8; }},
               {"packed minimum below -8", [](Command& c) { c.output_min = -9; }},
               {"packed maximum above 7", [](Command& c) { c.output_max = 8; }},
               {"minimum above maximum", [](Command& c) { c.output_min = 1, c.output_max = 0; }},
               {"reserved word of the header", [](Command& c) { c.header.reserved = 1; }}});
  for (std::size_t byte = 0; byte < sizeof Command{}.reserved; ++byte) {
    Command command = convolution().command;
    command.reserved[byte] = 0x80;
    EXPECT_EQ(error_of(command, convolution().wm), parameter) << "reserved byte " << byte;
  }
  Command unknown = convolution().command;
  for (const int opcode : {0, 0x0001, 0x0400, 0x0403, 0xFFFF}) {
    unknown.header.opcode = static_cast<std::uint16_t>(opcode);
    EXPECT_EQ(error_of(unknown, convolution().wm), static_cast<std::uint32_t>(KASANE_ERROR_OPCODE)) << opcode;
  }
}

TEST_F(CartesianRefusals, PackedOutputsOfOddGroups) {
  const cartesian::DenseShape bytes{.inputs = 8, .size = 6, .outputs = 6, .groups = 2, .output_bits = 8};
  expect_each(DenseLayer(bytes), parameter, {{"three packed outputs a group", [](Command& c) {
                                                c.output_bits = 4;
                                                c.output_min = -8;
                                                c.output_max = 7;
                                              }}});
}

TEST_F(CartesianRefusals, FullyConnectedLayersOfMoreThanOnePixel) {
  expect_each(
      fully_connected(), parameter,
      {{"two groups", [](Command& c) { c.groups = 2; }},
       {"two input rows", [](Command& c) { c.input_height = 2, c.input_plane_pitch = 2; }},
       {"two input columns", [](Command& c) { c.input_width = c.input_row_pitch = c.input_plane_pitch = 2; }},
       {"two output rows", [](Command& c) { c.output_height = 2, c.output_plane_pitch = 2; }},
       {"two output columns",
        [](Command& c) { c.output_width = c.output_row_pitch = c.output_plane_pitch = 2; }},
       {"two kernel rows", [](Command& c) { c.kernel_height = 2; }},
       {"two kernel columns", [](Command& c) { c.kernel_width = 2; }}});
}

TEST_F(CartesianRefusals, ListsThatContradictTheCommand) {
  const DenseLayer layer = convolution();
  Command command = layer.command;
  for (const int difference : {-1, 1, 3}) {
    command.weight_bytes = layer.command.weight_bytes + static_cast<std::uint32_t>(difference);
    EXPECT_EQ(error_of(command, layer.wm), parameter) << difference;
  }
  // Of 3 x 3 kernels bit 8 is the last one; in every channel's bitmap, one at a time.
  for (std::uint32_t bitmap = 0; bitmap < 2 * 4; ++bitmap)
    for (int bit = 1; bit < 8; ++bit) {
      Bytes wm = layer.wm;
      wm[layer.command.kept_address + bitmap * 2 + 1] |= static_cast<std::uint8_t>(1 << bit);
      EXPECT_EQ(error_of(layer.command, wm), parameter) << bitmap << ", bit " << 8 + bit;
    }
  // A coordinate fewer than weight_bytes says.
  Bytes fewer = layer.wm;
  fewer[layer.command.kept_address + 7] &= 0xFE;
  EXPECT_EQ(error_of(layer.command, fewer), parameter);
}

TEST_F(CartesianRefusals, ChannelParametersOutOfRange) {
  const DenseLayer layer = convolution();
  const auto with = [&](std::uint32_t channel, const kasane_channel_parameters& p) {
    Bytes wm = layer.wm;
    reference::store_word(wm, channel * 12, p.bias);
    reference::store_word(wm, channel * 12 + 4, p.multiplier);
    reference::store_word(wm, channel * 12 + 8, p.shift);
    return wm;
  };
  // Of the first tile: nothing has been written yet.
  for (const std::uint32_t channel : {0, 5})
    for (const auto& [multiplier, shift] : {std::pair{-1, 1}, {1, 0}, {1, 63}, {1, -1}, {1, 1 << 30}})
      EXPECT_EQ(error_of(layer.command, with(channel, {0, multiplier, shift})), parameter) << channel;
  for (const auto& [multiplier, shift] : {std::pair{0, 1}, {0x7FFFFFFF, 62}})
    EXPECT_EQ(error_of(layer.command, with(5, {0, multiplier, shift})), no_error);
}

TEST_F(CartesianRefusals, DataThatLeavesItsMemory) {
  constexpr auto fmm = static_cast<std::uint32_t>(ArrayChip::fmm_bytes);
  constexpr auto wm = static_cast<std::uint32_t>(ArrayChip::wm_bytes);
  expect_each(convolution(), address,
              {{"bitmaps begin behind the memory", [](Command& c) { c.kept_address = wm; }},
               {"parameters begin behind the memory", [](Command& c) { c.parameters_address = wm; }},
               {"last parameters", [](Command& c) { c.parameters_address = wm - 6 * 12 + 4; }},
               {"weights begin behind the memory", [](Command& c) { c.weight_address = wm; }},
               {"last weight of a tile", [](Command& c) { c.weight_address = wm - 4 * 9 * 3 + 1; }},
               {"input begins behind the memory", [](Command& c) { c.input_address = fmm; }},
               {"last element of a group's input", [](Command& c) { c.input_address = fmm - 2 * 36 + 1; }},
               {"output begins behind the memory", [](Command& c) { c.output_address = fmm; }}});
}

// What goes wrong in a later tile is found when that tile is loaded or stored: what the tiles before have
// written stays, and is right; nothing else is touched.
TEST_F(CartesianRefusals, ErrorsInLaterTilesTouchNothingButTheOutput) {
  const DenseLayer layer = convolution();
  const auto expect = [&](const char* what, std::uint32_t error, Command command, Bytes wm) {
    SCOPED_TRACE(what);
    Bytes before(ArrayChip::fmm_bytes, Bench::background);
    chip->load_fmm(before);
    wm.resize(ArrayChip::wm_bytes, 0x11);
    chip->load_wm(wm);
    reference::CommandRecord record;
    std::memcpy(record.data(), &command, sizeof command);
    EXPECT_EQ(chip->run(record).error, error);
    const Bytes after = chip->dump_fmm();
    // The reference on memories and parameters that let it go on.
    before.resize(before.size() + 36, Bench::background);
    wm.resize(wm.size() + 64, 0x11);
    reference::store_word(wm, layer.command.parameters_address + 11 * 12 + 8, 1);
    const Bytes complete = reference::cartesian_convolution(command, before, wm);
    for (std::size_t a = 0; a < after.size(); ++a)
      ASSERT_TRUE(after[a] == Bench::background || after[a] == complete[a]) << a;
  };
  Command command = layer.command;
  command.output_address = static_cast<std::uint32_t>(ArrayChip::fmm_bytes) - 6 * 36 + 1;
  expect("the output's last byte", address, command, layer.wm);
  command = layer.command;
  command.input_address = static_cast<std::uint32_t>(ArrayChip::fmm_bytes) - 4 * 36 + 1;
  command.output_address = 0;
  expect("the input's last byte", address, command, layer.wm);
  command = layer.command;
  command.weight_address = static_cast<std::uint32_t>(ArrayChip::wm_bytes) - command.weight_bytes + 1;
  expect("the last weight", address, command, layer.wm);
  Bytes wm = layer.wm;
  reference::store_word(wm, layer.command.parameters_address + 11 * 12 + 8, 0);
  expect("the last channel's shift", parameter, layer.command, wm);
}

// They end within the memories.
TEST_F(CartesianRefusals, LastBytesOfTheMemoriesAreFine) {
  DenseLayer layer = convolution();
  layer.command.output_address = static_cast<std::uint32_t>(ArrayChip::fmm_bytes) - 6 * 36;
  EXPECT_EQ(error_of(layer.command, layer.wm), no_error);
  const auto up = static_cast<std::uint32_t>(ArrayChip::wm_bytes - layer.wm.size()) / 4 * 4;
  layer.command.parameters_address += up;
  layer.command.kept_address += up;
  layer.command.weight_address += up;
  layer.wm.insert(layer.wm.begin(), up, 0);
  EXPECT_EQ(error_of(layer.command, layer.wm), no_error);
}

TEST_F(CartesianRefusals, UnusualCommandsAreFine) {
  expect_each(
      convolution(), no_error,
      {{"padding of -8", [](Command& c) { c.pad_value = -8; }},
       {"a zero point that no output reaches", [](Command& c) { c.output_zero_point = 100; }},
       {"one level", [](Command& c) { c.output_min = c.output_max = 3; }},
       {"output in the gaps of the input's planes",
        [](Command& c) {
          c.input_plane_pitch = 36 + 6 * 36;
          c.output_address = 36;
          c.output_plane_pitch = 36;
        }},
       {"all windows above and left of the input", [](Command& c) { c.pad_top = c.pad_left = 1000; }}});
}

// A band's input, or what lies between its elements, may be more than the buffer's addresses reach.
TEST_F(CartesianRefusals, WindowsFarApartAreRefusedOrRight) {
  const std::vector<Change<Command>> changes{
      {"strides beyond the input", [](Command& c) { c.stride_height = c.stride_width = 0xFFFF; }},
      {"columns far apart", [](Command& c) { c.stride_width = 0xFFFF; }},
      {"kernels behind the input", [](Command& c) { c.dilation_height = c.dilation_width = 5000; }},
      {"kernels on all sides", [](Command& c) {
         c.pad_top = c.pad_left = 30000;
         c.dilation_height = c.dilation_width = 30000;
       }}};
  const DenseLayer layer = convolution();
  for (const Change<Command>& change : changes) {
    SCOPED_TRACE(change.what);
    Command command = layer.command;
    change.apply(command);
    const std::uint32_t error = error_of(command, layer.wm);
    EXPECT_TRUE(error == no_error || error == parameter) << error;
  }
}

TEST_F(CartesianRefusals, GarbageEnds) {
  reference::Random random(5);
  bench->expect_garbage_to_end(random, offsetof(Command, reserved),
                               [&] { return make_random_cartesian_layer(random, 32, {.products = 20'000}); });
}

}  // namespace
}  // namespace kasane
