/// A Cartesian-product array on the real memories.
#pragma once

#include "models/cartesian_array/cartesian_array.h"
#include "tests/unit/engine_chip.h"

namespace kasane {

class ArrayChip : public EngineChip<CartesianArray, CartesianConfig> {
 public:
  using EngineChip::EngineChip;

  /// Done by the last run().
  std::uint64_t steps() { return read_wide(KASANE_CARTESIAN_STEPS_LOW); }
};

}  // namespace kasane
