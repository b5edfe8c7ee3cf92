/// An output tile's weights as the weight buffer holds them: kept or not, and which sign.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/hiddenite/mask_decoder.h"

namespace kasane::hiddenite {

/// Of a layer: which generator, and from which seed.
struct Generator {
  std::uint32_t kind = 0;  ///< KASANE_GENERATOR_...
  std::uint32_t layer_seed = 0;
};

/// Sets in `negative`, as long as `kept`, the bits of those of the `weights` weights from index `first` on
/// that are kept and have the sign -1. Returns how many are kept. Indices wrap in 32 bits.
std::uint64_t generate_signs(const Generator& generator, std::uint32_t first, std::uint32_t weights,
                             const WeightBits& kept, WeightBits& negative);

class TileWeights {
 public:
  /// Expands a tile of `outputs` outputs, a number that divides `weights`, whose first weight has the
  /// generator's index `first`. Returns false if decode_mask() does; nothing is known of the weights then.
  bool expand(std::span<const std::uint8_t> mask, std::uint32_t field_bits, std::uint32_t fields,
              std::uint32_t weights, std::uint32_t outputs, const Generator& generator, std::uint32_t first);

  std::uint32_t outputs() const { return outputs_; }
  /// Of one output: weight n of output o is weight o * weights_an_output() + n of the tile.
  std::uint32_t weights_an_output() const { return weights_an_output_; }
  const WeightBits& kept() const { return kept_; }
  /// Of the kept ones, those that are -1.
  const WeightBits& negative() const { return negative_; }
  /// For each weight of an output: how many outputs keep theirs.
  std::span<const std::uint32_t> keepers() const { return keepers_; }
  std::uint64_t kept_weights() const { return kept_weights_; }

 private:
  void count_keepers();

  std::uint32_t outputs_ = 0;
  std::uint32_t weights_an_output_ = 0;
  std::uint64_t kept_weights_ = 0;
  WeightBits kept_;
  WeightBits negative_;
  std::vector<std::uint32_t> keepers_;
};

}  // namespace kasane::hiddenite
