/// The generator against its promises, and the array's reference against the NCU's.
#include "tests/reference/random_cartesian_layers.h"

#include <gtest/gtest.h>
#include <map>
#include <set>

#include "tests/reference/convolution_fields.h"
#include "tests/reference/layer_coverage.h"

namespace kasane::reference {
namespace {

TEST(RandomCartesianLayers, SameSeedSameLayer) {
  expect_same_seed_same_layer([](Random& random) { return make_random_cartesian_layer(random, 32); });
}

TEST(RandomCartesianLayers, ReachEveryFeature) {
  Random random(2026);
  LayerCoverage coverage;
  auto& seen = coverage.seen;
  std::set<int> elements, values, levels;
  std::map<Pruning, int> prunings;
  for (int i = 0; i < 1500; ++i) {
    const auto layer = make_random_cartesian_layer(random, static_cast<uint32_t>(random.between(2, 64)),
                                                   {.products = 20'000});
    const kasane_cartesian_convolution& c = layer.command;
    coverage.add(c);
    elements.insert(c.kernel_height * c.kernel_width);
    ++prunings[layer.pruning];
    const uint32_t group_outputs = c.output_channels / c.groups;
    seen["groups that begin in a high nibble"] +=
        c.input_bits == 4 && c.groups > 1 && c.input_channels / c.groups % 2 == 1;
    seen["fully connected"] += c.header.opcode == KASANE_CARTESIAN_FULLY_CONNECTED;
    seen["odd last tile"] += group_outputs % c.tile_outputs % 2 == 1 && group_outputs > c.tile_outputs;
    seen["odd channels packed in"] += c.input_bits == 4 && c.input_channels % 2 == 1;
    seen["odd channels packed out"] += c.output_bits == 4 && c.output_channels % 2 == 1;
    seen["8 to 4 bits"] += c.input_bits == 8 && c.output_bits == 4;
    seen["4 to 8 bits"] += c.input_bits == 4 && c.output_bits == 8;
    const Bytes after = layer.expected();
    for (uint64_t a = 0; a + c.output_width < c.output_plane_pitch; a += c.output_row_pitch)
      for (uint64_t x = a; x < a + c.output_width; ++x)
        if (c.output_bits == 8)
          values.insert(after[c.output_address + x]);
        else
          levels.insert(low_nibble(after[c.output_address + x]));
  }
  EXPECT_GT(elements.size(), 40u);
  EXPECT_EQ(*elements.rbegin(), KASANE_CARTESIAN_MAX_KERNEL_ELEMENTS);
  EXPECT_EQ(prunings.size(), size_t{pruning_kinds});
  EXPECT_EQ(values.size(), 256u) << "not all int8 values occur in outputs";
  EXPECT_EQ(levels.size(), 16u);
  coverage.expect_all();
}

TEST(RandomCartesianLayers, SharedPruningIsSharedAndIndependentIsNot) {
  Random random(3);
  kasane_cartesian_convolution shape{};
  shape.input_channels = 64;
  shape.output_channels = 32;
  shape.input_height = shape.input_width = shape.output_height = shape.output_width = 1;
  shape.groups = shape.stride_height = shape.stride_width = shape.dilation_height = shape.dilation_width = 1;
  shape.kernel_height = shape.kernel_width = 3;
  shape.tile_outputs = 32;
  shape.input_bits = shape.output_bits = 8;
  const auto shared = make_cartesian_layer(random, shape, Pruning::shared, 120);
  const auto independent = make_cartesian_layer(random, shape, Pruning::independent, 120);
  // 576 coordinates: 0.12 * 576 = 69, deviation 7.8; (1 - 0.88^32) * 576 = 566.
  EXPECT_NEAR(static_cast<double>(decode_cartesian_tiles(shared.command, shared.wm)[0].steps.size()), 69, 32);
  const auto steps = decode_cartesian_tiles(independent.command, independent.wm)[0].steps;
  EXPECT_GT(steps.size(), 550u);
  double nonzero = 0;
  for (const CartesianStep& step : steps)
    for (const int weight : step.weights) nonzero += weight != 0;
  EXPECT_NEAR(nonzero / (576 * 32), 0.12 * 15 / 16, 0.012);  // five deviations of sqrt(0.11 * 0.89 / 18432)
}

TEST(RandomCartesianLayers, WrappingLayersWrap) {
  Random random(5);
  int upwards = 0, downwards = 0;
  for (int i = 0; i < 8; ++i) {
    const auto layer = make_wrapping_cartesian_layer(random, 32);
    int64_t sum = 0;  // of the first output; the window is the map
    const auto tiles = decode_cartesian_tiles(layer.command, layer.wm);
    for (const CartesianStep& step : tiles[0].steps) {
      const kasane_cartesian_convolution& c = layer.command;
      const uint64_t plane = step.channel / (c.input_bits == 4 ? 2 : 1);
      const int byte = layer.fmm.at(c.input_address + plane * c.input_plane_pitch +
                                    step.row * c.input_row_pitch + step.column);
      sum += step.weights[0] *
             (c.input_bits == 4 && step.channel % 2 == 1 ? high_nibble(byte) : low_nibble(byte));
    }
    upwards += sum >= 1 << 23;
    downwards += sum < -(1 << 23);
  }
  EXPECT_GT(upwards, 0);
  EXPECT_GT(downwards, 0);
  EXPECT_EQ(upwards + downwards, 8);
}

/// The same layer for the NCU: an element a byte, dense weights. Memories are built anew.
struct WholeConvolution {
  explicit WholeConvolution(const CartesianLayer& layer) {
    const kasane_cartesian_convolution& from = layer.command;
    c.header.opcode = KASANE_NCU_CONVOLUTION;
    copy_shape(c, from);
    copy_output_range(c, from);
    set_dense_maps(c, c.input_channels);
    c.pad_value = from.pad_value;
    fmm.resize(c.output_address + size_t{c.output_channels} * c.output_channel_pitch);
    spread_input(from, layer.fmm);
    wm.assign(layer.wm.begin() + from.parameters_address,
              layer.wm.begin() + from.parameters_address + from.output_channels * 12);
    c.weight_address = static_cast<uint32_t>(wm.size());
    spread_weights(from, layer.wm);
  }

  void spread_input(const kasane_cartesian_convolution& from, const Bytes& packed) {
    for (uint32_t i = 0; i < from.input_channels; ++i)
      for (uint32_t y = 0; y < from.input_height; ++y)
        for (uint32_t x = 0; x < from.input_width; ++x) {
          const uint32_t plane = from.input_bits == 4 ? i / 2 : i;
          const int byte = packed[from.input_address + size_t{plane} * from.input_plane_pitch +
                                  size_t{y} * from.input_row_pitch + x];
          const int level = from.input_bits == 4 && i % 2 == 1 ? high_nibble(byte) : low_nibble(byte);
          store(fmm, i * c.input_channel_pitch + y * c.input_row_pitch + x, static_cast<int8_t>(level));
        }
  }

  void spread_weights(const kasane_cartesian_convolution& from, const Bytes& packed) {
    const size_t elements = size_t{from.kernel_height} * from.kernel_width;
    const size_t inputs = from.input_channels / from.groups;
    wm.resize(wm.size() + from.output_channels * inputs * elements);
    for (const CartesianTile& tile : decode_cartesian_tiles(from, packed))
      for (const CartesianStep& step : tile.steps)
        for (uint32_t o = 0; o < tile.outputs; ++o)
          store(wm,
                c.weight_address + ((tile.first + o) * inputs + step.channel % inputs) * elements +
                    step.row * from.kernel_width + step.column,
                static_cast<int8_t>(step.weights[o]));
  }

  kasane_ncu_convolution c{};
  Bytes fmm, wm;
};

// Fewer than 2^17 products a sum: 24 bits do not wrap.
TEST(RandomCartesianLayers, EqualTheNcusConvolutionOfTheSameNumbers) {
  Random random(19);
  for (int i = 0; i < 400; ++i) {
    const auto layer = make_random_cartesian_layer(random, static_cast<uint32_t>(random.between(2, 64)),
                                                   {.products = 100'000});
    const WholeConvolution whole(layer);
    const Bytes bytes = convolution(whole.c, whole.fmm, whole.wm);
    const kasane_cartesian_convolution& c = layer.command;
    const Bytes after = layer.expected();
    for (uint32_t o = 0; o < c.output_channels; ++o)
      for (uint32_t y = 0; y < c.output_height; ++y)
        for (uint32_t x = 0; x < c.output_width; ++x) {
          const int level = signed_byte(
              bytes, whole.c.output_address + o * whole.c.output_channel_pitch + y * c.output_width + x);
          const uint64_t plane = c.output_bits == 4 ? o / 2 : o;
          const uint64_t place = c.output_address + plane * c.output_plane_pitch + y * c.output_row_pitch + x;
          const int stored = c.output_bits == 8 ? signed_byte(after, place)
                             : o % 2 == 0       ? low_nibble(after[place])
                                                : high_nibble(after[place]);
          ASSERT_EQ(stored, level) << layer.description << ": output " << o << ", " << y << ", " << x;
        }
  }
}

}  // namespace
}  // namespace kasane::reference
