#include "sw/compiler/hidden_masks.h"

#include <algorithm>
#include <cstring>

#include "kasane/hiddenite.h"
#include "sw/compiler/mask_codec.h"

namespace kasane::compiler {
namespace {

std::span<const std::int8_t> weights_of(const OutputTiles& tiles, std::uint32_t tile,
                                        std::span<const std::int8_t> weights) {
  const std::size_t an_output = weights.size() / tiles.outputs;
  return weights.subspan(tiles.first_output(tile) * an_output, tiles.size(tile) * an_output);
}

std::uint32_t smallest_codec(const OutputTiles& tiles, std::span<const std::int8_t> weights) {
  std::uint32_t best = 0;
  std::uint64_t least = all_mask_bytes(tiles, weights, best);
  for (std::uint32_t bits = 1; bits <= KASANE_HIDDENITE_MAX_FIELD_BITS; ++bits) {
    const std::uint64_t bytes = all_mask_bytes(tiles, weights, bits);
    if (bytes >= least) continue;
    best = bits;
    least = bytes;
  }
  return best;
}

}  // namespace

std::uint64_t all_mask_bytes(const OutputTiles& tiles, std::span<const std::int8_t> weights,
                             std::uint32_t field_bits) {
  std::uint64_t bytes = 0;
  for (std::uint32_t tile = 0; tile < tiles.count(); ++tile)
    bytes += mask_bytes(count_mask_fields(weights_of(tiles, tile, weights), field_bits), field_bits);
  return bytes;
}

HiddenMasks hidden_masks(const Layer& layer, std::span<const std::int8_t> weights, const MaskFormat& format) {
  HiddenMasks masks;
  masks.tiles = {layer.output.shape.channels, layer.groups, format.tile_outputs};
  masks.field_bits = format.field_bits ? *format.field_bits : smallest_codec(masks.tiles, weights);
  masks.hidden_weights = static_cast<std::uint32_t>(weights.size());
  masks.kept_weights = static_cast<std::uint32_t>(
      std::count_if(weights.begin(), weights.end(), [](auto weight) { return weight != 0; }));
  masks.kept.resize(masks.tiles.count() * sizeof(std::uint32_t));
  for (std::uint32_t tile = 0; tile < masks.tiles.count(); ++tile) {
    masks.weight_offsets.push_back(static_cast<std::uint32_t>(masks.weights.size()));
    const std::uint32_t fields =
        append_mask(weights_of(masks.tiles, tile, weights), masks.field_bits, masks.weights);
    std::memcpy(&masks.kept[tile * sizeof(fields)], &fields, sizeof(fields));
  }
  masks.weight_offsets.push_back(static_cast<std::uint32_t>(masks.weights.size()));
  return masks;
}

}  // namespace kasane::compiler
