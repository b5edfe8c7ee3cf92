/// From a tile's compressed mask (kasane/hiddenite.h) to one bit a weight.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/hiddenite/mask_tiles.h"

namespace kasane::hiddenite {

/// One bit for each of some weights, the first one lowest.
class WeightBits {
 public:
  /// So many words as hold the weights, and one more, so that 64 bits can be taken from any weight on.
  static constexpr std::size_t words_of(std::size_t weights) { return weights / 64 + 2; }

  /// All bits 0.
  void clear(std::size_t weights) { words_.assign(words_of(weights), 0); }
  std::uint64_t* words() { return words_.data(); }
  const std::uint64_t* words() const { return words_.data(); }
  bool operator[](std::size_t weight) const { return (words_[weight / 64] >> weight % 64 & 1) != 0; }

 private:
  std::vector<std::uint64_t> words_;
};

/// Replaces `kept` by the mask of a tile of `weights` weights. Returns false if the fields do not cover the
/// tile exactly, a bit after the last one is not zero, or `mask` is not mask_bytes() long; `kept` is then
/// undefined. Precondition: field_bits <= KASANE_HIDDENITE_MAX_FIELD_BITS.
bool decode_mask(std::span<const std::uint8_t> mask, std::uint32_t field_bits, std::uint32_t fields,
                 std::uint32_t weights, WeightBits& kept);

}  // namespace kasane::hiddenite
