/// Where a convolution's feature maps lie, and what of them its windows cover; of commands with the usual
/// names.
#pragma once

#include "models/common/planes.h"
#include "models/common/window_span.h"

namespace kasane {

template <typename Command>
Planes input_planes_of(const Command& command) {
  return {command.input_address, command.input_channels,      command.input_height,
          command.input_width,   command.input_channel_pitch, command.input_row_pitch};
}

template <typename Command>
Planes output_planes_of(const Command& command) {
  return {command.output_address, command.output_channels,      command.output_height,
          command.output_width,   command.output_channel_pitch, command.output_row_pitch};
}

/// What the windows of a rectangle of output pixels cover.
struct CoveredArea {
  Box input;  ///< rows and columns only
  Patch patch;
};

/// `output`: its rows and columns count.
template <typename Command>
CoveredArea covered_area(const Command& command, const Box& output) {
  const WindowSpan tall = window_span(rows_of(command), output.row, output.rows);
  const WindowSpan wide = window_span(columns_of(command), output.column, output.columns);
  return {.input = {.row = tall.begin, .rows = tall.inside, .column = wide.begin, .columns = wide.inside},
          .patch = {tall.length, wide.length, tall.before, wide.before}};
}

}  // namespace kasane
