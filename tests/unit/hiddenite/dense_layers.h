/// Layers with dense maps and regular masks, whose bursts and fields can be counted by hand.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kasane/hiddenite.h"
#include "tests/reference/convolution_fields.h"
#include "tests/reference/hiddenite_mask.h"
#include "tests/reference/ncu_reference.h"

namespace kasane::hiddenite {

struct DenseShape {
  std::uint32_t inputs = 1;
  std::uint32_t size = 1;  ///< input height and width
  std::uint32_t outputs = 1;
  std::uint16_t kernel = 1;
  std::uint16_t stride = 1;
  std::uint16_t pad = 0;
  std::uint32_t groups = 1;
  std::uint16_t tile_outputs = 8;
  std::uint8_t field_bits = 4;
  std::uint32_t keep_every = 10;  ///< the tenth, twentieth, ... weight of each tile is kept
};

/// Input at 0 of FMM, output right behind it; of WM parameters at 0, then the tile table, then masks. All
/// parameters leave the sum as it is.
struct DenseLayer {
  kasane_hiddenite_convolution command{};
  reference::Bytes wm;

  explicit DenseLayer(const DenseShape& shape) {
    command.header = {KASANE_HIDDENITE_CONVOLUTION, KASANE_NO_LAYER, 0};
    reference::set_square_shape(command, shape);
    reference::set_dense_maps(command, shape.inputs);
    command.tile_outputs = shape.tile_outputs;
    command.field_bits = shape.field_bits;
    command.layer_seed = 0x5EED;
    command.output_min = -128;
    command.output_max = 127;
    for (std::uint32_t o = 0; o < shape.outputs; ++o)
      for (const int word : {0, 2, 1})
        wm.insert(wm.end(), {static_cast<std::uint8_t>(word), 0, 0, 0});  // bias, multiplier, shift
    std::vector<reference::MaskFields> tiles;
    const std::uint32_t an_output = shape.inputs / shape.groups * shape.kernel * shape.kernel;
    const std::uint32_t group_outputs = shape.outputs / shape.groups;
    for (std::uint32_t group = 0; group < shape.groups; ++group)
      for (std::uint32_t first = 0; first < group_outputs; first += shape.tile_outputs) {
        reference::Mask kept(std::min<std::size_t>(shape.tile_outputs, group_outputs - first) * an_output);
        for (std::size_t n = shape.keep_every; n <= kept.size(); n += shape.keep_every) kept[n - 1] = true;
        tiles.push_back(reference::encode_mask(kept, shape.field_bits));
      }
    set_masks(tiles);
  }

  /// Of all tiles, in place of those there are.
  void set_masks(const std::vector<reference::MaskFields>& tiles) {
    command.tiles_address =
        command.output_channels * static_cast<std::uint32_t>(sizeof(kasane_channel_parameters));
    command.mask_address = command.tiles_address + static_cast<std::uint32_t>(tiles.size()) * 4;
    wm.resize(command.mask_address);
    for (std::size_t tile = 0; tile < tiles.size(); ++tile) {
      reference::store_word(wm, command.tiles_address + tile * 4, static_cast<int>(tiles[tile].size()));
      const reference::Bytes mask = reference::pack_fields(tiles[tile], command.field_bits);
      wm.insert(wm.end(), mask.begin(), mask.end());
    }
    command.mask_bytes = static_cast<std::uint32_t>(wm.size()) - command.mask_address;
  }

  reference::CommandRecord record() const { return reference::record_of(command); }
};

}  // namespace kasane::hiddenite
