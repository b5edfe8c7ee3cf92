#include "sw/compiler/tiled_weights.h"

#include <algorithm>

namespace kasane::compiler {

std::uint32_t OutputTiles::first_output(std::uint32_t tile) const {
  return tile / a_group() * group_outputs() + tile % a_group() * columns;
}

std::uint32_t OutputTiles::size(std::uint32_t tile) const {
  return std::min(columns, group_outputs() - tile % a_group() * columns);
}

std::uint32_t OutputTiles::holding(std::uint32_t output) const {
  return output / group_outputs() * a_group() + output % group_outputs() / columns;
}

SectionPart TiledWeights::kept_part(std::uint32_t first, std::uint32_t count) const {
  const std::uint32_t of_tile = static_cast<std::uint32_t>(kept.size()) / tiles.count();
  const std::uint32_t begin = tiles.holding(first);
  return {begin * of_tile, (tiles.holding(first + count - 1) + 1 - begin) * of_tile};
}

SectionPart TiledWeights::weight_part(std::uint32_t first, std::uint32_t count) const {
  const std::uint32_t begin = weight_offsets[tiles.holding(first)];
  return {begin, weight_offsets[tiles.holding(first + count - 1) + 1] - begin};
}

}  // namespace kasane::compiler
