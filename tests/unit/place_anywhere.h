/// Random places for a random layer's data.
#pragma once

#include <cstdint>

#include "tests/reference/random_layers.h"

namespace kasane {

/// Moves a layer's maps and lists to anywhere in the memories of a `Chip` (see engine_chip.h), which the
/// layer's memories then fill; at times the last bytes are the memories' last. `lists`: the command's fields
/// that are addresses in Weight Memory, all multiples of 4 stay so.
template <typename Chip, typename Layer, typename Lists>
void place_anywhere(reference::Random& random, Layer& layer, const Lists& lists) {
  constexpr std::uint8_t around_maps = 0x3C, around_lists = 0xC3;
  const auto free_fmm = static_cast<std::int64_t>(Chip::fmm_bytes - layer.fmm.size());
  const auto free_wm = static_cast<std::int64_t>(Chip::wm_bytes - layer.wm.size()) / 4;
  const bool at_end = random.one_in(4);
  const auto maps_up = static_cast<std::uint32_t>(at_end ? free_fmm : random.between(0, free_fmm));
  const auto lists_up = static_cast<std::uint32_t>(at_end ? free_wm : random.between(0, free_wm)) * 4;
  layer.command.input_address += maps_up;
  layer.command.output_address += maps_up;
  layer.fmm.insert(layer.fmm.begin(), maps_up, around_maps);
  layer.fmm.resize(Chip::fmm_bytes, around_maps);
  for (const auto list : lists) layer.command.*list += lists_up;
  layer.wm.insert(layer.wm.begin(), lists_up, around_lists);
  layer.wm.resize(Chip::wm_bytes, around_lists);
}

}  // namespace kasane
