/// What the Neural Comp Unit computes, bit by bit: int8 products, 32-bit wrapping sums, requantisation.
/// Vectorised, with run-time choice of the instruction set; every set yields the same bits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "kasane/neural_comp_unit.h"
#include "models/common/sliding.h"
#include "models/neural_comp_unit/pool_schedule.h"
#include "models/neural_comp_unit/schedule.h"

namespace kasane::ncu {

/// Output channels are computed in blocks of this many.
inline constexpr std::uint32_t output_block = 16;

/// A patch of the input map with its padding, two channels to a 32-bit word, as multipliers consume them.
class PackedPatch {
 public:
  /// `stored` holds the box dense (channel, row, column); what lies around it in the patch is `pad_value`.
  void pack(std::span<const std::uint8_t> stored, const Box& box, const Patch& patch, std::int8_t pad_value);

  std::uint32_t channels() const { return channels_; }
  std::uint32_t height() const { return height_; }
  std::uint32_t width() const { return width_; }
  std::uint32_t pairs() const { return (channels_ + 1) / 2; }
  /// (pair, row, column); the even channel in the low half. An odd last channel is paired with zeros.
  const std::uint32_t* data() const { return words_.data(); }

 private:
  std::uint32_t channels_ = 0;
  std::uint32_t height_ = 0;
  std::uint32_t width_ = 0;
  std::vector<std::uint32_t> words_;
};

/// The weights of one output channel tile and one input channel chunk.
class PackedWeights {
 public:
  /// `stored` holds the weights dense (output, input channel, kernel row, kernel column).
  void pack(std::span<const std::uint8_t> stored, std::uint32_t outputs, std::uint32_t channels,
            std::uint32_t kernel_elements);

  std::uint32_t outputs() const { return outputs_; }
  /// Rows of the matrix that a pixel's inputs are multiplied with: pairs of channels × kernel elements.
  std::uint32_t depth() const { return depth_; }
  /// (depth, output) of one block of outputs, a pair of channels to a word as in PackedPatch.
  const std::uint32_t* block(std::uint32_t index) const {
    return words_.data() + std::size_t{index} * depth_ * output_block;
  }

 private:
  std::uint32_t outputs_ = 0;
  std::uint32_t depth_ = 0;
  std::vector<std::uint32_t> words_;
};

/// Weights as packed before: most commands come again for every image with the same weights. A matter of the
/// host's time only: what is given out is always what pack() makes of the bytes at hand.
class PackedWeightsCache {
 public:
  /// `address` of the weights in their memory: where to look for the same bytes.
  std::shared_ptr<const PackedWeights> pack(std::uint32_t address, std::span<const std::uint8_t> stored,
                                            std::uint32_t outputs, std::uint32_t channels,
                                            std::uint32_t kernel_elements);

 private:
  struct Entry {
    std::vector<std::uint8_t> stored;
    std::array<std::uint32_t, 3> shape{};
    std::shared_ptr<const PackedWeights> packed;
  };
  std::map<std::uint32_t, Entry> entries_;  ///< by address
  std::size_t bytes_ = 0;                   ///< stored in all of them
};

/// The sums of a tile: pixels × output channels, the latter rounded up to blocks.
class Accumulators {
 public:
  void clear(std::uint32_t pixels, std::uint32_t outputs);
  /// `stored` holds little-endian 32-bit sums dense (output, pixel).
  void load(std::span<const std::uint8_t> stored, std::uint32_t pixels, std::uint32_t outputs);
  std::uint32_t pixels() const { return pixels_; }
  std::uint32_t outputs() const { return outputs_; }
  std::uint32_t stride() const { return (outputs_ + output_block - 1) / output_block * output_block; }
  std::int32_t* data() { return sums_.data(); }
  const std::int32_t* data() const { return sums_.data(); }

 private:
  std::uint32_t pixels_ = 0;
  std::uint32_t outputs_ = 0;
  std::vector<std::int32_t> sums_;
};

/// Adds a chunk's products to the tile's sums, of pixels in rows of `columns`. Preconditions: the patch
/// covers the tile's windows; channels and kernel of patch, weights and sliding agree.
void accumulate(const PackedPatch& patch, const PackedWeights& weights, const Sliding& sliding,
                std::uint32_t columns, Accumulators& sums);

/// How sums become activations.
struct OutputRange {
  std::int8_t zero_point = 0;
  std::int8_t minimum = -128;
  std::int8_t maximum = 127;
};

/// Writes the tile dense (output channel, pixel). Precondition: one valid record a channel.
void requantize(const Accumulators& sums, std::span<const kasane_channel_parameters> parameters,
                OutputRange range, std::span<std::uint8_t> output);

/// Pools slot.output from `input`, the dense box slot.input, into `output`, dense (channel, pixel).
void max_pool(const kasane_ncu_pool& command, const Slot& slot, std::span<const std::uint8_t> input,
              std::span<std::uint8_t> output);
void average_pool(const kasane_ncu_pool& command, const Slot& slot, std::span<const std::uint8_t> input,
                  std::span<const kasane_channel_parameters> parameters, std::span<std::uint8_t> output);

/// ADD with both operands, REQUANTIZE with `b` empty.
void elementwise(const kasane_ncu_elementwise& command, std::span<const std::uint8_t> a,
                 std::span<const std::uint8_t> b, std::span<std::uint8_t> output);

}  // namespace kasane::ncu
