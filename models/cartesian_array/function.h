/// What the Cartesian-product array computes, bit by bit: INT4 products, sums that wrap in 24 bits,
/// requantisation. Vectorised, with run-time choice of the instruction set; every set yields the same bits.
///
/// A step's outer product lies in vectors as in the array: its weights side by side in lanes, one activation
/// of the shifted plane against all of them. Products are summed in 16 bits, 511 of them without overflow,
/// and only then in 32. Any step costs the same, whatever its coordinate, so work follows the kept ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kasane/neural_comp_unit.h"
#include "models/common/planes.h"
#include "models/common/requantization.h"
#include "models/common/sliding.h"
#include "models/common/window_span.h"

namespace kasane::cartesian {

/// The channels of an input box with the padding around them, an activation to 16 bits.
class InputPatch {
 public:
  /// `stored` holds the box's planes of bytes dense (plane, row, column). bits == 4: two channels a plane, of
  /// the map's channels an even one in the low nibbles; so an odd first channel lies in high ones. bits == 8:
  /// a channel a plane, in the low nibbles. What lies around the box in the patch is `pad_value`.
  void unpack(std::span<const std::uint8_t> stored, const Box& box, const Patch& patch, std::uint32_t bits,
              std::int8_t pad_value);

  std::uint32_t height() const { return height_; }
  std::uint32_t width() const { return width_; }
  /// (channel, row, column)
  const std::int16_t* data() const { return values_.data(); }

 private:
  std::uint32_t height_ = 0;
  std::uint32_t width_ = 0;
  std::vector<std::int16_t> values_;
  std::vector<std::int16_t> box_;  ///< without padding; kept for its memory
};

/// How many values of 16 bits a step's weights and a pixel's sums occupy: whole vectors, or for few outputs
/// the smallest part of one.
constexpr std::uint32_t lanes_of(std::uint32_t outputs) {
  const std::uint32_t block = outputs <= 8 ? 8 : outputs <= 16 ? 16 : 32;
  return (outputs + block - 1) / block * block;
}

/// The weights of some steps for one tile of outputs.
class StepWeights {
 public:
  /// `stored` holds a nibble for each (step, output), a step's in whole bytes, the even output low.
  void unpack(std::span<const std::uint8_t> stored, std::uint32_t outputs);
  /// (step, lane); lanes beyond the outputs hold anything.
  const std::int16_t* data() const { return values_.data(); }

 private:
  std::vector<std::int16_t> values_;
};

/// The sums of a band's pixels for one tile of outputs. 32 bits: their low 24 are the accumulators'.
class Sums {
 public:
  void clear(std::uint32_t pixels, std::uint32_t outputs);
  std::uint32_t pixels() const { return pixels_; }
  std::uint32_t outputs() const { return outputs_; }
  std::uint32_t lanes() const { return lanes_of(outputs_); }
  /// (pixel, lane); lanes beyond the outputs hold anything.
  std::int32_t* data() { return values_.data(); }
  const std::int32_t* data() const { return values_.data(); }

 private:
  std::uint32_t pixels_ = 0;
  std::uint32_t outputs_ = 0;
  std::vector<std::int32_t> values_;
};

/// Pixels that follow each other in raster order in an output map, within a rectangle of it.
struct PixelRun {
  std::uint32_t row = 0;     ///< of the first pixel, in the rectangle
  std::uint32_t column = 0;  ///< of the first pixel, in the rectangle
  std::uint32_t columns = 1;
  std::uint32_t pixels = 1;
};

/// Replaces `offsets` by where in a patch's plane the pixels' windows begin.
void window_offsets(const PixelRun& run, const Sliding& sliding, const InputPatch& patch,
                    std::vector<std::uint32_t>& offsets);

/// Replaces `offsets` by where the activations of the kept steps lie, seen from a window's first element: for
/// each channel of the patch its bitmap's coordinates in rising order. Preconditions: no bit lies
/// beyond the kernel, which has at most KASANE_CARTESIAN_MAX_KERNEL_ELEMENTS.
void step_offsets(std::span<const std::uint64_t> kept, const Sliding& sliding, const InputPatch& patch,
                  std::vector<std::uint32_t>& offsets);

/// Adds one outer product a step to the sums. Preconditions: a pixel's window offset plus any step's offset
/// lies in the patch; `windows` has sums.pixels() entries and `weights` were unpacked for sums.outputs() and
/// as many steps.
void accumulate(const InputPatch& patch, std::span<const std::uint32_t> windows,
                std::span<const std::uint32_t> steps, const StepWeights& weights, Sums& sums);

/// How sums become activations.
struct OutputForm {
  std::uint32_t bits = 8;
  ActivationRange range;
};

/// Writes the outputs dense (plane, pixel): with 8 bits a plane an output, with 4 two, the even one in the
/// low nibbles and zeros in the high ones of a last, single output. Precondition: one valid record an output.
void requantize(const Sums& sums, std::span<const kasane_channel_parameters> parameters,
                const OutputForm& form, std::span<std::uint8_t> output);

}  // namespace kasane::cartesian
