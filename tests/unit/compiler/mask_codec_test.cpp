// Masks as the compiler codes them: cases worked by hand, the reference's decoder and encoder, and how many
// bits they cost.
#include "sw/compiler/mask_codec.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "sw/compiler/hidden_masks.h"
#include "tests/reference/hiddenite_mask.h"

namespace kasane::compiler::test {
namespace {

using reference::Bytes;
using reference::Mask;
using ::testing::ElementsAre;

using Weights = std::vector<std::int8_t>;

Weights random_weights(std::size_t count, double kept, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::bernoulli_distribution keep(kept);
  Weights weights;
  for (std::size_t i = 0; i < count; ++i)
    weights.push_back(static_cast<std::int8_t>(keep(random) ? 1 - 2 * static_cast<int>(random() % 2) : 0));
  return weights;
}

Mask mask_of(std::span<const std::int8_t> weights) {
  Mask mask;
  for (const auto weight : weights) mask.push_back(weight != 0);
  return mask;
}

Bytes coded(const Weights& weights, std::uint32_t field_bits) {
  Bytes bytes;
  append_mask(weights, field_bits, bytes);
  return bytes;
}

TEST(MaskCodec, ByHand) {
  const Weights weights = {0, 0, -1, 0, 0, 0, 1, 0, 0, 0, 0, 1, -1};
  EXPECT_THAT(coded(weights, 0), ElementsAre(0b0100'0100, 0b11000));
  // Runs of 2, 3, 4 and 0: fields 2, 3 0, 3 1, 0.
  EXPECT_THAT(coded(weights, 2), ElementsAre(0b11'00'11'10, 0b00'01));
  EXPECT_EQ(count_mask_fields(weights, 2), 6U);
  // Four bits hold each run: 2, 3, 4, 0.
  EXPECT_THAT(coded(weights, 4), ElementsAre(0x32, 0x04));
}

TEST(MaskCodec, EndsOfTiles) {
  EXPECT_THAT(coded({1}, 2), ElementsAre(0));
  EXPECT_THAT(coded({1, 0, 0}, 2), ElementsAre(0b10'00));           // the kept one behind is dropped
  EXPECT_THAT(coded({1, 0, 0, 0}, 2), ElementsAre(0b11'00));        // a run without
  EXPECT_THAT(coded({1, 0, 0, 0, 0}, 2), ElementsAre(0b01'11'00));  // and one more
  EXPECT_EQ(count_mask_fields(Weights{1, 0, 0, 0}, 2), 2U);
  EXPECT_THAT(coded(Weights(255, 0), 8), ElementsAre(255));
  EXPECT_THAT(coded(Weights(256, 0), 8), ElementsAre(255, 1));
}

TEST(MaskCodec, EachTileBeginsWithANewByte) {
  Bytes bytes;
  append_mask(Weights{1, 1, 1}, 0, bytes);
  append_mask(Weights{0, 1}, 3, bytes);
  EXPECT_THAT(bytes, ElementsAre(0b111, 0b1));
}

TEST(MaskCodec, RoundTripsAtEveryDensity) {
  for (std::uint32_t bits = 0; bits <= 8; ++bits)
    for (const double kept : {0.0, 0.01, 0.05, 0.1, 0.3, 0.5, 0.9, 1.0})
      for (const std::size_t count : {1U, 2U, 7U, 8U, 9U, 100U, 1000U, 4608U}) {
        SCOPED_TRACE(std::to_string(bits) + " bits, " + std::to_string(kept) + " kept of " +
                     std::to_string(count));
        const Weights weights = random_weights(count, kept, bits + static_cast<std::uint32_t>(count));
        Bytes bytes = {0xEE};
        const std::uint32_t fields = append_mask(weights, bits, bytes);
        EXPECT_EQ(fields, count_mask_fields(weights, bits));
        EXPECT_EQ(bytes.size(), 1 + mask_bytes(fields, bits));
        EXPECT_EQ(bytes[0], 0xEE);
        const auto read = reference::unpack_fields(bytes, 1, fields, bits);
        EXPECT_EQ(reference::decode_mask(read, bits, count), mask_of(weights));
        EXPECT_EQ(read, reference::encode_mask(mask_of(weights), bits));
      }
}

/// A kept weight costs a field, and one more for each whole run of 2^r - 1 before it: density * r / (1 - (1 -
/// density)^(2^r - 1)) bits a weight. Published: 0.504 for r = 4 at 10 %, 0.913 for r = 2 at 30 %.
TEST(MaskCodec, BitsAWeightAreTheExpectedOnes) {
  constexpr std::size_t count = 400'000;
  const auto measured = [](const Weights& weights, std::uint32_t bits) {
    return 8.0 * static_cast<double>(mask_bytes(count_mask_fields(weights, bits), bits)) / count;
  };
  for (const double kept : {0.05, 0.1, 0.2, 0.3, 0.5}) {
    const Weights weights = random_weights(count, kept, 3);
    for (std::uint32_t bits = 1; bits <= 8; ++bits) {
      const double expected = kept * bits / (1 - std::pow(1 - kept, (1 << bits) - 1));
      EXPECT_NEAR(measured(weights, bits), expected, 0.015 * expected) << kept << " " << bits;
    }
    EXPECT_EQ(measured(weights, 0), 1);
  }
  EXPECT_NEAR(measured(random_weights(count, 0.1, 3), 4), 0.504, 0.004);
  EXPECT_NEAR(measured(random_weights(count, 0.3, 3), 2), 0.913, 0.004);
}

Layer layer_of(std::uint32_t outputs, std::uint32_t inputs, std::uint32_t groups = 1) {
  Layer layer;
  layer.inputs = {{0, {inputs, 4, 4}}};
  layer.output = {1, {outputs, 4, 4}};
  layer.groups = groups;
  return layer;
}

std::uint32_t table_entry(const HiddenMasks& masks, std::uint32_t tile) {
  std::uint32_t fields;
  std::memcpy(&fields, &masks.kept.at(tile * sizeof(fields)), sizeof(fields));
  return fields;
}

/// Two groups of five outputs with three weights each, in tiles of two: 2, 2, 1, 2, 2, 1 outputs.
TEST(HiddenMasks, TilesFollowGroups) {
  const Weights weights = random_weights(30, 0.5, 9);
  const HiddenMasks masks = hidden_masks(layer_of(10, 6, 2), weights, {.tile_outputs = 2, .field_bits = 3});
  ASSERT_EQ(masks.kept.size(), 6 * sizeof(std::uint32_t));
  ASSERT_EQ(masks.weight_offsets.size(), 7U);
  const std::size_t first_outputs[] = {0, 2, 4, 5, 7, 9};
  const std::size_t sizes[] = {2, 2, 1, 2, 2, 1};
  for (std::uint32_t tile = 0; tile < 6; ++tile) {
    const auto part = std::span(weights).subspan(first_outputs[tile] * 3, sizes[tile] * 3);
    const auto fields =
        reference::unpack_fields(masks.weights, masks.weight_offsets[tile], table_entry(masks, tile), 3);
    EXPECT_EQ(reference::decode_mask(fields, 3, part.size()), mask_of(part)) << tile;
  }
  EXPECT_EQ(masks.weight_offsets[6], masks.weights.size());
  EXPECT_EQ(masks.hidden_weights, 30U);
  EXPECT_EQ(masks.kept_weights, static_cast<std::uint32_t>(std::count_if(weights.begin(), weights.end(),
                                                                         [](auto w) { return w != 0; })));
  // The second group's outputs 5 ... 8.
  EXPECT_EQ(masks.kept_part(5, 4).offset, 3 * sizeof(std::uint32_t));
  EXPECT_EQ(masks.kept_part(5, 4).bytes, 2 * sizeof(std::uint32_t));
  EXPECT_EQ(masks.weight_part(5, 4).offset, masks.weight_offsets[3]);
  EXPECT_EQ(masks.weight_part(5, 4).bytes, masks.weight_offsets[5] - masks.weight_offsets[3]);
}

/// Zero runs are worth while up to some 35 %.
TEST(HiddenMasks, TheCodecOfFewestBytesIsChosen) {
  const std::pair<double, std::uint32_t> best[] = {{0.02, 7}, {0.1, 4}, {0.2, 3}, {0.3, 2}, {0.5, 0}, {1, 0}};
  for (const auto& [kept, bits] : best) {
    const Weights weights = random_weights(64 * 576, kept, 4);
    const HiddenMasks masks = hidden_masks(layer_of(64, 64), weights, {.tile_outputs = 8});
    EXPECT_EQ(masks.field_bits, bits) << kept;
    for (std::uint32_t other = 0; other <= 8; ++other)
      EXPECT_LE(masks.weights.size(), all_mask_bytes(masks.tiles, weights, other)) << kept << " " << other;
    EXPECT_EQ(masks.weights.size(), all_mask_bytes(masks.tiles, weights, bits));
  }
}

}  // namespace
}  // namespace kasane::compiler::test
