// Kept coordinates, bitmaps and nibbles of the Cartesian-product array, on layers worked by hand.
#include "sw/compiler/array_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sw/compiler/tiling.h"

namespace kasane::compiler::test {
namespace {

using ::testing::ElementsAre;

Layer layer_of(std::uint32_t inputs, std::uint32_t outputs, std::uint32_t groups, std::uint32_t kernel_height,
               std::uint32_t kernel_width) {
  Layer layer;
  layer.inputs = {{0, {inputs, 8, 8}}};
  layer.output = {1, {outputs, 8, 8}};
  layer.groups = groups;
  layer.window.kernel_height = kernel_height;
  layer.window.kernel_width = kernel_width;
  return layer;
}

/// Two tiles of two and one output channels; two input channels of 1 x 2.
TEST(ArrayWeights, HoldBitmapsAndTheNibblesOfKeptSteps) {
  const std::vector<std::int8_t> weights = {
      1, 0, 0,  -8,  // output 0: channel 0 (1, 0), channel 1 (0, -8)
      7, 0, 0,  0,   // output 1
      0, 0, -1, 2,   // output 2
  };
  const ArrayWeights array = array_weights(layer_of(2, 3, 1, 1, 2), weights, 2);
  EXPECT_THAT(array.kept, ElementsAre(0b01, 0b10, 0b00, 0b11));
  // Tile 0: (7, 1), then (0, -8); tile 1 has one output channel, its high nibbles are zero.
  EXPECT_THAT(array.weights, ElementsAre(0x71, 0x08, 0x0F, 0x02));
  EXPECT_THAT(array.weight_offsets, ElementsAre(0U, 2U, 4U));
  EXPECT_EQ(array.coordinates, 8U);
  EXPECT_EQ(array.kept_coordinates, 4U);
}

/// Coordinate r * width + s of a 3 x 3 kernel: the ninth is bit 0 of the second byte.
TEST(ArrayWeights, NumberCoordinatesRowByRow) {
  std::vector<std::int8_t> weights(9);
  weights[1 * 3 + 2] = 5;
  weights[2 * 3 + 2] = -5;
  const ArrayWeights array = array_weights(layer_of(1, 1, 1, 3, 3), weights, 32);
  EXPECT_THAT(array.kept, ElementsAre(0b0010'0000, 0b1));
  EXPECT_THAT(array.weights, ElementsAre(0x05, 0x0B));
}

/// Groups are cut into tiles for themselves: 2 groups of 3 outputs on 2 columns are tiles of 2, 1, 2, 1.
TEST(ArrayWeights, CutEachGroupForItself) {
  const std::vector<std::int8_t> weights = {1, 2, 3, 4, 0, 6};  // one input channel a group, 1 x 1
  const ArrayWeights array = array_weights(layer_of(2, 6, 2, 1, 1), weights, 2);
  EXPECT_EQ(array.tiles.count(), 4U);
  EXPECT_EQ(array.tiles.first_output(2), 3U);
  EXPECT_EQ(array.tiles.size(3), 1U);
  EXPECT_EQ(array.tiles.holding(4), 2U);
  EXPECT_EQ(array.tiles.holding(5), 3U);
  EXPECT_THAT(array.kept, ElementsAre(1, 1, 1, 1));
  EXPECT_THAT(array.weights, ElementsAre(0x21, 0x03, 0x04, 0x06));
  const SectionPart second = array.weight_part(3, 3);
  EXPECT_EQ(second.offset, 2U);
  EXPECT_EQ(second.bytes, 2U);
  EXPECT_EQ(array.kept_part(2, 3).offset, 1U);
  EXPECT_EQ(array.kept_part(2, 3).bytes, 2U);
}

TEST(ArrayWeights, OfNothingAreBitmapsOnly) {
  const ArrayWeights array = array_weights(layer_of(3, 4, 1, 5, 2), std::vector<std::int8_t>(120), 2);
  EXPECT_EQ(array.kept, std::vector<std::uint8_t>(2 * 3 * 2));
  EXPECT_TRUE(array.weights.empty());
  EXPECT_EQ(array.coordinates, 2U * 3 * 10);
  EXPECT_EQ(array.kept_coordinates, 0U);
}

/// 12 outputs on 4 columns; all tiles but the second are pruned to one of two input channels.
class ArrayTiling : public ::testing::Test {
 protected:
  static std::vector<std::int8_t> weights() {
    std::vector<std::int8_t> weights(24, 1);
    for (std::size_t output = 0; output < 12; ++output)
      if (output / 4 != 1) weights[output * 2] = 0;
    return weights;
  }

  const ArrayWeights array_ = array_weights(layer_of(2, 12, 1, 1, 1), weights(), 4);
  TileProblem problem_{.input = {2, 8, 8},
                       .output = {12, 8, 8},
                       .weights_streamed = true,
                       .parameter_bytes = 12,
                       .wm_bytes = 1U << 20,
                       .tiled = &array_};
};

TEST_F(ArrayTiling, BlocksEndWhereTilesEnd) {
  for (const std::uint32_t channels : {1U, 3U, 4U, 5U, 7U, 8U, 12U, 100U}) {
    std::uint32_t next = 0;
    for (const ChannelBlock& block : channel_blocks(problem_, channels)) {
      EXPECT_EQ(block.first_output, next);
      EXPECT_EQ(block.first_output % 4, 0U);
      next += block.outputs;
    }
    EXPECT_EQ(next, 12U);
  }
  EXPECT_EQ(channel_blocks(problem_, 1).size(), 3U);
  EXPECT_EQ(channel_blocks(problem_, 5).size(), 2U);
}

/// The largest of each section: 2 bytes of bitmaps; 2 steps of 2 bytes; 4 channels of 12 bytes.
TEST_F(ArrayTiling, NeedsTheLargestTileOfEachSection) {
  const TileNeed need = tile_need(problem_, {1, 1});
  EXPECT_EQ(need.kept_bytes, 16U);
  EXPECT_EQ(need.weight_bytes, 16U);
  EXPECT_EQ(need.parameter_bytes, 48U);
  problem_.wm_bytes = 80;
  const auto tiling = choose_tiling(problem_);
  ASSERT_TRUE(tiling.has_value());
  EXPECT_EQ(channel_blocks(problem_, tiling->channels).size(), 3U);
  problem_.wm_bytes = 79;
  EXPECT_FALSE(choose_tiling(problem_).has_value());
}

/// Two channels a byte: half the planes in, half the planes out, the odd one in a plane of its own.
TEST_F(ArrayTiling, PackedMapsTakeHalfThePlanes) {
  problem_.input = {7, 8, 8};
  problem_.input_format = {4, true};
  problem_.output_format = {4, true};
  problem_.input_buffered = problem_.output_buffered = true;
  problem_.weights_streamed = false;
  const TileNeed need = tile_need(problem_, {4, 3});
  EXPECT_EQ(need.input_bytes, 4U * 3 * 8);
  EXPECT_EQ(need.output_bytes, 2U * 3 * 8);
}

/// Groups of three packed input channels begin in the middle of a byte every other time.
TEST(ArrayTilingOfGroups, KeepsPairsOfOddGroupsTogether) {
  const ArrayWeights array = array_weights(layer_of(15, 10, 5, 1, 1), std::vector<std::int8_t>(30, 1), 4);
  const TileProblem problem{
      .input = {15, 8, 8}, .output = {10, 8, 8}, .input_format = {4, true}, .groups = 5, .tiled = &array};
  const auto blocks = channel_blocks(problem, 1);
  ASSERT_EQ(blocks.size(), 3U);
  EXPECT_EQ(blocks[1].first_input, 6U);
  EXPECT_EQ(blocks[1].groups, 2U);
  EXPECT_EQ(blocks[2].outputs, 2U);
  TileProblem bytes = problem;
  bytes.input_format = {4, false};
  EXPECT_EQ(channel_blocks(bytes, 1).size(), 5U);
}

}  // namespace
}  // namespace kasane::compiler::test
