/// Cuts a convolution or pooling into tiles that fit the on-chip memories: blocks of output channels times
/// runs of output rows, with the input rows they need (halo included).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sw/compiler/graph.h"
#include "sw/compiler/tensor_format.h"
#include "sw/compiler/tiled_weights.h"

namespace kasane::compiler {

constexpr std::uint64_t on_chip_alignment = 16;  ///< of every buffer in FMM and WM, bytes

constexpr std::uint64_t align_on_chip(std::uint64_t bytes) {
  return (bytes + on_chip_alignment - 1) / on_chip_alignment * on_chip_alignment;
}

/// One layer, and what it has to share.
struct TileProblem {
  Shape input;
  Shape output;
  TensorFormat input_format;
  TensorFormat output_format;
  Window window;
  std::uint32_t groups = 1;
  bool input_buffered = false;   ///< the input lies outside FMM; tiles of it are brought in
  bool output_buffered = false;  ///< the output goes outside FMM, tile by tile
  std::uint64_t fmm_bytes = 0;   ///< free for both buffers
  bool weights_streamed = false;
  std::uint64_t weight_bytes = 0;     ///< per output channel; without `tiled`
  std::uint64_t parameter_bytes = 0;  ///< per output channel
  std::uint64_t wm_bytes = 0;         ///< free for one block's weights and parameters
  bool all_channels = false;          ///< a tile has all output channels
  /// Of an engine that takes weights in tiles, owned by the quantised network: a block ends where a tile
  /// ends, and its weights have the size that the tiles say.
  const TiledWeights* tiled = nullptr;
};

/// Output channels computed by one command: whole groups, or a part of one group.
struct ChannelBlock {
  std::uint32_t first_output = 0;
  std::uint32_t outputs = 0;
  std::uint32_t first_input = 0;
  std::uint32_t inputs = 0;
  std::uint32_t groups = 1;
};

struct RowTile {
  std::uint32_t first_output = 0;
  std::uint32_t outputs = 0;
  std::uint32_t first_input = 0;
  std::uint32_t inputs = 0;
  std::uint32_t pad_top = 0;  ///< rows of padding above the first input row
};

struct Tiling {
  std::uint32_t channels = 0;  ///< output channels of a block, at most
  std::uint32_t rows = 0;      ///< output rows of a tile, at most
  bool rows_outer = false;     ///< loop order: all blocks of one run of rows first
};

/// One command, and what must be brought on chip before it.
struct Tile {
  ChannelBlock block;
  RowTile rows;
  bool load_weights = false;
  bool load_input = false;
};

/// Blocks of `channels` output channels, or of the next larger number that the engine and the maps' formats
/// allow.
std::vector<ChannelBlock> channel_blocks(const TileProblem& problem, std::uint32_t channels);
RowTile row_tile(const TileProblem& problem, std::uint32_t first_output, std::uint32_t outputs);
std::vector<RowTile> row_tiles(const TileProblem& problem, std::uint32_t rows);
/// All tiles in the order of execution.
std::vector<Tile> tile_sequence(const TileProblem& problem, const Tiling& tiling);

/// Buffer sizes that the largest tile needs.
struct TileNeed {
  std::uint64_t input_bytes = 0;
  std::uint64_t output_bytes = 0;
  std::uint64_t kept_bytes = 0;  ///< what describes the weights' tiles
  std::uint64_t weight_bytes = 0;
  std::uint64_t parameter_bytes = 0;

  std::uint64_t fmm_bytes() const { return input_bytes + output_bytes; }
  std::uint64_t wm_bytes() const { return kept_bytes + weight_bytes + parameter_bytes; }
};
TileNeed tile_need(const TileProblem& problem, const Tiling& tiling);

/// The tiling that moves the fewest bytes, then has the fewest tiles; nothing if not even single rows and
/// channels fit.
std::optional<Tiling> choose_tiling(const TileProblem& problem);

}  // namespace kasane::compiler
