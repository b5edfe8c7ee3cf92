/// The sums of a tile of outputs. Vectorised, with run-time choice of the
/// instruction set; every set yields the same bits.
#pragma once

#include <cstdint>
#include <vector>

#include "models/hiddenite/input_patch.h"
#include "models/hiddenite/tile_weights.h"

namespace kasane::hiddenite {

/// A tile's sums of a band's pixels, in the lanes of its InputPatch.
class Sums {
 public:
  /// All sums 0.
  void clear(std::uint32_t outputs, const PixelLanes& pixels);
  std::uint32_t outputs() const { return outputs_; }
  const PixelLanes& pixels() const { return pixels_; }
  /// Of one output: the lanes in whole vectors.
  std::size_t pitch() const { return pitch_; }
  /// (output, lane); lanes that are no pixel's hold anything.
  std::int32_t* data() { return values_.data(); }
  const std::int32_t* data() const { return values_.data(); }

 private:
  std::uint32_t outputs_ = 0;
  PixelLanes pixels_;
  std::size_t pitch_ = 0;
  std::vector<std::int32_t> values_;
};

/// What a chunk of input channels brings to a tile's sums. Kept for its memory.
class Accumulation {
 public:
  /// Adds patch.operands().size() weights of each output, from weight `first` of an output on. Preconditions:
  /// sums were cleared for tile.outputs() and patch.pixels(); so many weights are there.
  void add(const InputPatch& patch, const TileWeights& tile, std::uint32_t first, Sums& sums);

 private:
  void add_shifted(const InputPatch& patch, const TileWeights& tile, std::uint32_t first, Sums& sums);
  static void add_products(const InputPatch& patch, const TileWeights& tile, std::uint32_t first, Sums& sums);

  std::vector<std::uint32_t> plus_;
  std::vector<std::uint32_t> minus_;
};

}  // namespace kasane::hiddenite
