/// Weights of a layer as an engine reads them that has a number of output channels in work at once: cut into
/// tiles of output channels, each tile's share in a section that describes the tiles and in one that holds
/// their weights.
#pragma once

#include <cstdint>
#include <vector>

namespace kasane::compiler {

/// The output channels of each group are cut into tiles of `columns`, the last one of a group with what is
/// left.
struct OutputTiles {
  std::uint32_t outputs = 0;  ///< of all groups
  std::uint32_t groups = 1;
  std::uint32_t columns = 0;

  std::uint32_t group_outputs() const { return outputs / groups; }
  std::uint32_t a_group() const { return (group_outputs() + columns - 1) / columns; }
  std::uint32_t count() const { return a_group() * groups; }
  std::uint32_t first_output(std::uint32_t tile) const;
  std::uint32_t size(std::uint32_t tile) const;
  std::uint32_t holding(std::uint32_t output) const;  ///< the tile of an output channel
};

/// The part of a section that a run of output channels needs.
struct SectionPart {
  std::uint32_t offset = 0;
  std::uint32_t bytes = 0;
};

struct TiledWeights {
  OutputTiles tiles;
  std::vector<std::uint8_t> kept;             ///< what describes the tiles; as many bytes for each
  std::vector<std::uint8_t> weights;          ///< in tiles of any size
  std::vector<std::uint32_t> weight_offsets;  ///< of each tile in `weights`; one more entry: all bytes

  /// Of the output channels [first, first + count), which begin and end with a tile.
  SectionPart kept_part(std::uint32_t first, std::uint32_t count) const;
  SectionPart weight_part(std::uint32_t first, std::uint32_t count) const;
};

}  // namespace kasane::compiler
