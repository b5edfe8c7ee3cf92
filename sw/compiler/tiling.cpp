#include "sw/compiler/tiling.h"

#include <algorithm>
#include <tuple>

namespace kasane::compiler {
namespace {

std::uint64_t ceil_divide(std::uint64_t a, std::uint64_t b) {
  return (a + b - 1) / b;
}

bool fits(const TileProblem& problem, const Tiling& tiling) {
  const TileNeed need = tile_need(problem, tiling);
  return need.fmm_bytes() <= problem.fmm_bytes &&
         (!problem.weights_streamed || need.wm_bytes() <= problem.wm_bytes);
}

/// The most rows that fit, evened out over the tiles; 0 if not even one does.
std::uint32_t most_rows(const TileProblem& problem, std::uint32_t channels) {
  const std::uint32_t height = problem.output.height;
  for (std::uint32_t rows = height; rows > 0; --rows) {
    if (!fits(problem, {channels, rows})) continue;
    return static_cast<std::uint32_t>(ceil_divide(height, ceil_divide(height, rows)));
  }
  return 0;
}

/// What a block needs in weight memory, before alignment.
struct BlockWeights {
  std::uint64_t kept = 0;
  std::uint64_t weights = 0;
  std::uint64_t parameters = 0;

  std::uint64_t bytes() const { return kept + weights + parameters; }
};

BlockWeights block_weights(const TileProblem& problem, const ChannelBlock& block) {
  const std::uint64_t parameters = block.outputs * problem.parameter_bytes;
  if (problem.tiled == nullptr) return {0, block.outputs * problem.weight_bytes, parameters};
  return {problem.tiled->kept_part(block.first_output, block.outputs).bytes,
          problem.tiled->weight_part(block.first_output, block.outputs).bytes, parameters};
}

/// The next larger number of output channels that a block of whole tiles can have. Its input begins with a
/// plane: groups of an odd number of packed channels go in pairs.
std::uint32_t tiled_block(const TileProblem& problem, std::uint32_t channels) {
  const std::uint32_t outputs = problem.output.channels / problem.groups;
  const bool pairs =
      problem.input_format.packed && problem.groups > 1 && problem.input.channels / problem.groups % 2 == 1;
  if (channels < outputs && !pairs) {
    const std::uint32_t columns = problem.tiled->tiles.columns;
    return std::min(static_cast<std::uint32_t>(ceil_divide(channels, columns)) * columns, outputs);
  }
  const std::uint32_t groups = std::max(channels / outputs, 1u);
  return std::min(pairs ? groups + groups % 2 : groups, problem.groups) * outputs;
}

std::uint32_t possible_block(const TileProblem& problem, std::uint32_t channels) {
  return problem.tiled == nullptr ? channels : tiled_block(problem, channels);
}

/// Bytes moved on chip and the number of commands; the output is moved once in any case.
std::pair<std::uint64_t, std::size_t> cost(const TileProblem& problem, const Tiling& tiling) {
  std::uint64_t bytes = 0;
  const std::vector<Tile> tiles = tile_sequence(problem, tiling);
  for (const Tile& tile : tiles) {
    if (tile.load_weights) bytes += block_weights(problem, tile.block).bytes();
    if (tile.load_input)
      bytes += std::uint64_t{problem.input_format.planes(tile.block.inputs)} * tile.rows.inputs *
               problem.input.width;
  }
  return {bytes, tiles.size()};
}

}  // namespace

std::vector<ChannelBlock> channel_blocks(const TileProblem& problem, std::uint32_t channels) {
  const std::uint32_t outputs = problem.output.channels / problem.groups;
  const std::uint32_t inputs = problem.input.channels / problem.groups;
  std::vector<ChannelBlock> blocks;
  channels = possible_block(problem, channels);
  if (channels >= outputs) {
    const std::uint32_t groups = channels / outputs;
    for (std::uint32_t group = 0; group < problem.groups; group += groups) {
      const std::uint32_t count = std::min(groups, problem.groups - group);
      blocks.push_back({group * outputs, count * outputs, group * inputs, count * inputs, count});
    }
    return blocks;
  }
  for (std::uint32_t group = 0; group < problem.groups; ++group)
    for (std::uint32_t first = 0; first < outputs; first += channels)
      blocks.push_back(
          {group * outputs + first, std::min(channels, outputs - first), group * inputs, inputs, 1});
  return blocks;
}

RowTile row_tile(const TileProblem& problem, std::uint32_t first_output, std::uint32_t outputs) {
  RowTile tile{.first_output = first_output, .outputs = outputs};
  const std::int64_t top = std::int64_t{first_output} * problem.window.stride_height - problem.window.pad_top;
  const std::int64_t bottom =
      top + std::int64_t{outputs - 1} * problem.window.stride_height + problem.window.extent_height();
  // Padding is smaller than the window's extent (onnx_operators.cpp), so every window meets the input.
  const std::int64_t begin = std::max<std::int64_t>(top, 0);
  const std::int64_t end = std::min<std::int64_t>(bottom, problem.input.height);
  tile.first_input = static_cast<std::uint32_t>(begin);
  tile.inputs = static_cast<std::uint32_t>(end - begin);
  tile.pad_top = static_cast<std::uint32_t>(begin - top);
  return tile;
}

std::vector<RowTile> row_tiles(const TileProblem& problem, std::uint32_t rows) {
  std::vector<RowTile> tiles;
  for (std::uint32_t first = 0; first < problem.output.height; first += rows)
    tiles.push_back(row_tile(problem, first, std::min(rows, problem.output.height - first)));
  return tiles;
}

std::vector<Tile> tile_sequence(const TileProblem& problem, const Tiling& tiling) {
  const auto blocks = channel_blocks(problem, tiling.channels);
  const auto rows = row_tiles(problem, tiling.rows);
  std::vector<Tile> tiles;
  tiles.reserve(blocks.size() * rows.size());
  const auto append = [&](const ChannelBlock& block, const RowTile& row) {
    Tile tile{block, row, problem.weights_streamed, problem.input_buffered};
    if (!tiles.empty()) {
      const Tile& last = tiles.back();
      tile.load_weights &= last.block.first_output != block.first_output;
      tile.load_input &=
          last.block.first_input != block.first_input || last.rows.first_output != row.first_output;
    }
    tiles.push_back(tile);
  };
  if (tiling.rows_outer) {
    for (const RowTile& row : rows)
      for (const ChannelBlock& block : blocks) append(block, row);
  } else {
    for (const ChannelBlock& block : blocks)
      for (const RowTile& row : rows) append(block, row);
  }
  return tiles;
}

TileNeed tile_need(const TileProblem& problem, const Tiling& tiling) {
  TileNeed need;
  std::uint64_t inputs = 0;
  std::uint64_t outputs = 0;
  for (const ChannelBlock& block : channel_blocks(problem, tiling.channels)) {
    inputs = std::max<std::uint64_t>(inputs, problem.input_format.planes(block.inputs));
    outputs = std::max<std::uint64_t>(outputs, problem.output_format.planes(block.outputs));
    if (!problem.weights_streamed) continue;
    const BlockWeights sections = block_weights(problem, block);
    need.kept_bytes = std::max(need.kept_bytes, align_on_chip(sections.kept));
    need.weight_bytes = std::max(need.weight_bytes, align_on_chip(sections.weights));
    need.parameter_bytes = std::max(need.parameter_bytes, align_on_chip(sections.parameters));
  }
  std::uint64_t input_rows = 0;
  for (const RowTile& rows : row_tiles(problem, tiling.rows))
    input_rows = std::max<std::uint64_t>(input_rows, rows.inputs);
  if (problem.input_buffered) need.input_bytes = align_on_chip(inputs * input_rows * problem.input.width);
  if (problem.output_buffered)
    need.output_bytes = align_on_chip(outputs * tiling.rows * problem.output.width);
  return need;
}

std::optional<Tiling> choose_tiling(const TileProblem& problem) {
  std::optional<Tiling> best;
  std::pair<std::uint64_t, std::size_t> least;
  for (std::uint32_t channels = problem.output.channels;;
       channels = static_cast<std::uint32_t>(ceil_divide(channels, 2))) {
    if (const std::uint32_t rows = most_rows(problem, channels); rows > 0) {
      for (const bool rows_outer : {false, true}) {
        const Tiling tiling{channels, rows, rows_outer};
        const auto this_cost = cost(problem, tiling);
        if (best && this_cost >= least) continue;
        best = tiling;
        least = this_cost;
      }
    }
    const bool is_smallest = possible_block(problem, channels) == possible_block(problem, 1);
    if (is_smallest || problem.all_channels) return best;
  }
}

}  // namespace kasane::compiler
