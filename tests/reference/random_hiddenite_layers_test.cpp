/// The generator of layers against its promises, and the engine's reference against the NCU's.
#include "tests/reference/random_hiddenite_layers.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <set>

#include "tests/reference/convolution_fields.h"
#include "tests/reference/layer_coverage.h"

namespace kasane::reference {
namespace {

TEST(RandomHiddenLayers, SameSeedSameLayer) {
  expect_same_seed_same_layer([](Random& random) { return make_random_hidden_layer(random, 8); });
}

TEST(RandomHiddenLayers, ReachEveryFeature) {
  Random random(2026);
  LayerCoverage coverage;
  auto& seen = coverage.seen;
  std::set<std::pair<int, int>> codecs;
  std::set<int> values;
  std::map<Keep, int> keeps;
  for (int i = 0; i < 1500; ++i) {
    const auto lanes = static_cast<uint32_t>(random.between(1, 16));
    const auto layer = make_random_hidden_layer(random, lanes, {.products = 20'000, .tile_weights = 2000});
    const kasane_hiddenite_convolution& c = layer.command;
    ASSERT_LE(c.tile_outputs, lanes);
    ASSERT_LE(c.tile_outputs * weights_an_output(c), 2000u);
    coverage.add(c);
    codecs.insert({c.field_bits, c.generator});
    ++keeps[layer.keep];
    const uint32_t group_outputs = c.output_channels / c.groups;
    const OperandCounts counts = count_operands(c, layer.fmm, layer.wm);
    const uint64_t weights = c.output_channels * weights_an_output(c);
    ASSERT_EQ(counts.masked + counts.zero + counts.added, weights * c.output_height * c.output_width);
    seen["fully connected"] += c.header.opcode == KASANE_HIDDENITE_FULLY_CONNECTED;
    seen["smaller last tile"] += group_outputs % c.tile_outputs != 0 && group_outputs > c.tile_outputs;
    seen["tiles smaller than the lanes"] += c.tile_outputs < lanes;
    seen["first weight not 0"] += c.first_weight != 0;
    seen["indices wrap"] += (c.first_weight + (weights - 1)) >> 32 != 0;
    seen["zero point not 0"] += c.input_zero_point != 0;
    seen["only zero operands"] += counts.added == 0 && counts.zero > 0;
    seen["no zero operands"] += counts.added > 0 && counts.zero == 0;
    seen["some of each"] += counts.added > 0 && counts.zero > 0 && counts.masked > 0;
    const Bytes after = layer.expected();
    for (uint64_t a = 0; a + c.output_width < c.output_channel_pitch; a += c.output_row_pitch)
      for (uint64_t x = a; x < a + c.output_width; ++x) values.insert(after[c.output_address + x]);
  }
  EXPECT_EQ(codecs.size(), 9u * KASANE_GENERATORS);
  EXPECT_EQ(keeps.size(), size_t{keep_kinds});
  EXPECT_EQ(values.size(), 256u) << "not all int8 values occur in outputs";
  coverage.expect_all();
}

TEST(RandomHiddenLayers, SharesAreWhatTheySay) {
  Random random(3);
  kasane_hiddenite_convolution shape{};
  shape.input_channels = 64;
  shape.output_channels = 32;
  shape.input_height = shape.input_width = shape.output_height = shape.output_width = 1;
  shape.groups = shape.stride_height = shape.stride_width = shape.dilation_height = shape.dilation_width = 1;
  shape.kernel_height = shape.kernel_width = 3;
  shape.tile_outputs = 8;
  shape.field_bits = 3;
  const auto kept = [&](Keep keep) {
    const auto layer = make_hidden_layer(random, shape, keep, 120);
    const std::vector<int> weights = hidden_weights(layer.command, layer.wm);
    EXPECT_EQ(weights.size(), 32u * 64 * 9);
    return weights.size() - static_cast<size_t>(std::ranges::count(weights, 0));
  };
  EXPECT_EQ(kept(Keep::all), 18432u);
  EXPECT_EQ(kept(Keep::none), 0u);
  EXPECT_EQ(kept(Keep::one_an_output), 32u);
  EXPECT_NEAR(static_cast<double>(kept(Keep::share)), 2212, 200);  // deviation 44
  EXPECT_EQ(kept(Keep::some_tiles) % (8 * 576), 0u);
  EXPECT_EQ(kept(Keep::some_outputs) % 576, 0u);
}

/// The same layer as an NCU convolution: weights materialised, padding at the zero point, whose share of each
/// sum, zero point x sum of weights, goes from the bias.
struct Materialised {
  kasane_ncu_convolution c{};
  Bytes wm;

  explicit Materialised(const HiddenLayer& layer) {
    const kasane_hiddenite_convolution& from = layer.command;
    c.header.opcode = KASANE_NCU_CONVOLUTION;
    copy_shape(c, from);
    copy_maps(c, from);
    copy_output_range(c, from);
    c.pad_value = from.input_zero_point;
    append_weights(from, layer.wm);
  }

 private:
  void append_weights(const kasane_hiddenite_convolution& from, const Bytes& lists) {
    const std::vector<int> weights = hidden_weights(from, lists);
    c.weight_address = from.output_channels * static_cast<uint32_t>(sizeof(kasane_channel_parameters));
    wm.resize(c.weight_address);
    const uint64_t an_output = weights_an_output(from);
    for (uint32_t o = 0; o < from.output_channels; ++o) {
      kasane_channel_parameters p = parameters_at(lists, from.parameters_address, o);
      int64_t sum = 0;
      for (uint64_t n = 0; n < an_output; ++n) sum += weights[o * an_output + n];
      p.bias = wrapped(p.bias - sum * from.input_zero_point);
      store_word(wm, o * sizeof p, p.bias);
      store_word(wm, o * sizeof p + 4, p.multiplier);
      store_word(wm, o * sizeof p + 8, p.shift);
    }
    for (const int weight : weights) wm.push_back(static_cast<uint8_t>(weight));
  }
};

TEST(RandomHiddenLayers, EqualTheNcusConvolutionOfTheWeightsMaterialised) {
  Random random(19);
  for (int i = 0; i < 400; ++i) {
    const auto lanes = static_cast<uint32_t>(random.between(1, 16));
    const auto layer = make_random_hidden_layer(random, lanes, {.products = 100'000});
    const Materialised same(layer);
    ASSERT_TRUE(convolution(same.c, layer.fmm, same.wm) == layer.expected()) << layer.description;
  }
}

TEST(RandomHiddenLayers, LargeSumsAreLarge) {
  Random random(4);
  for (int i = 0; i < 3; ++i) {
    const auto layer = make_large_hidden_sums(random);
    const std::vector<int> weights = hidden_weights(layer.command, layer.wm);
    ASSERT_EQ(weights.size(), 2u * KASANE_HIDDENITE_MAX_WEIGHTS_AN_OUTPUT);
    const OperandCounts counts = count_operands(layer.command, layer.fmm, layer.wm);
    // Half of the operands are at the zero point, for both outputs alike; binomial, deviation 90.
    EXPECT_NEAR(static_cast<double>(counts.added), 32768, 2 * 450);
    EXPECT_EQ(counts.masked, 0u);
    const Materialised same(layer);
    EXPECT_TRUE(convolution(same.c, layer.fmm, same.wm) == layer.expected());
  }
}

}  // namespace
}  // namespace kasane::reference
