/// One layer as a compiler cuts it: bands of output rows, each with partial sums of its own.
#pragma once

#include <algorithm>
#include <vector>

#include "tests/reference/random_kcu_layers.h"

namespace kasane {

using reference::record_of;

/// Narrows a record to output rows first ... first + rows: input and padding above it shrink with it.
template <typename Command>
void take_rows(Command& command, std::uint32_t first, std::uint32_t rows) {
  const std::uint32_t skipped = first * command.stride_height;
  const std::uint32_t input_rows = skipped > command.pad_top ? skipped - command.pad_top : 0;
  command.pad_top = static_cast<std::uint16_t>(command.pad_top > skipped ? command.pad_top - skipped : 0);
  command.input_address += input_rows * command.input_row_pitch;
  command.input_height -= input_rows;
  command.output_height = rows;
}

/// [units, residual] for each band; band n's partial sums are at region n mod `regions` from `sums_base` on.
inline std::vector<reference::CommandRecord> cut(const reference::RandomKcuLayer& layer, std::uint32_t rows,
                                                 std::uint32_t regions, std::uint32_t sums_base) {
  std::vector<reference::CommandRecord> list;
  const std::uint32_t pitch = rows * layer.convolution.output_width * 4;
  for (std::uint32_t first = 0, n = 0; first < layer.convolution.output_height; first += rows, ++n) {
    const std::uint32_t count = std::min(rows, layer.convolution.output_height - first);
    kasane_kcu_convolution units = layer.convolution;
    kasane_ncu_residual residual = layer.finish.command;
    take_rows(units, first, count);
    take_rows(residual, first, count);
    residual.output_address += first * residual.output_row_pitch;
    units.sums_address = residual.sums_address = sums_base + n % regions * pitch * units.output_channels;
    units.sums_channel_pitch = residual.sums_channel_pitch = pitch;
    list.push_back(record_of(units));
    list.push_back(record_of(residual));
  }
  return list;
}

}  // namespace kasane
