/// A hidden-network engine on the real memories.
#pragma once

#include "models/hiddenite/hiddenite.h"
#include "tests/unit/engine_chip.h"

namespace kasane {

class HiddeniteChip : public EngineChip<Hiddenite, HiddeniteConfig> {
 public:
  using EngineChip::EngineChip;

  /// Kept weights that the last run() has expanded.
  std::uint64_t weights() { return read_wide(KASANE_HIDDENITE_WEIGHTS_LOW); }
};

}  // namespace kasane
