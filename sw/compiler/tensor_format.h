/// How the elements of a feature map are coded and stored.
#pragma once

#include <cstdint>

#include "sw/compiler/graph.h"

namespace kasane::compiler {

struct TensorFormat {
  std::int32_t bits = 8;  ///< of a level; 4 where the Cartesian-product array reads the map
  bool packed = false;    ///< two channels a byte (kasane/cartesian_array.h); only with 4 bits

  std::int32_t minimum() const { return -(1 << (bits - 1)); }
  std::int32_t maximum() const { return (1 << (bits - 1)) - 1; }
  std::int32_t steps() const { return maximum() - minimum(); }

  /// Planes of bytes that hold this many channels; of a packed map they begin with an even channel.
  std::uint32_t planes(std::uint32_t channels) const {
    return packed ? channels / 2 + channels % 2 : channels;
  }
  /// The map in memory: planes x height x width bytes.
  Shape stored(const Shape& shape) const { return {planes(shape.channels), shape.height, shape.width}; }
};

}  // namespace kasane::compiler
