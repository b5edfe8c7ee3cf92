/// The arithmetic of a Kernel Comp Unit, bit for bit as kasane/kernel_comp_units.h defines it. No SystemC, no
/// time.
#pragma once

#include <cstdint>
#include <span>

#include "models/kernel_comp_unit/config.h"

namespace kasane::kcu {

/// How a unit slides over its input channel.
struct Geometry {
  std::uint32_t input_height = 0;
  std::uint32_t input_width = 0;
  std::uint32_t output_width = 0;
  std::uint32_t stride_height = 1;
  std::uint32_t stride_width = 1;
  std::uint32_t pad_top = 0;
  std::uint32_t pad_left = 0;
  std::int8_t pad_value = 0;
};

/// Responses of output rows first_row ... first_row + rows, row by row. `plane` is the input channel, dense.
void respond(const UnitKernel& unit, const Geometry& geometry, std::span<const std::int8_t> plane,
             std::uint32_t first_row, std::uint32_t rows, std::span<std::int32_t> responses);

/// What each response adds to a target's partial sum: (response * gain + rounding) >> shift, wrapping.
void weigh(std::span<const std::int32_t> responses, std::int16_t gain, std::uint32_t shift,
           std::span<std::int32_t> contributions);

}  // namespace kasane::kcu
