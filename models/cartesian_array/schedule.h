/// When and at what cost: a command becomes slots of bursts, cycles and operations. README.md draws the
/// pipeline and works examples by hand.
#pragma once

#include <cstdint>
#include <span>

#include "kasane/cartesian_array.h"
#include "models/cartesian_array/band.h"
#include "models/cartesian_array/config.h"
#include "models/cartesian_array/kept_coordinates.h"
#include "models/common/double_buffer.h"
#include "models/common/operation_counts.h"
#include "models/common/parameter_registers.h"
#include "models/common/planes.h"
#include "models/common/slot.h"
#include "models/common/window_span.h"

namespace kasane::cartesian {

/// What the array spends energy on.
enum class Operation : std::uint8_t {
  multiply,          ///< INT4 × INT4
  accumulate,        ///< addition of 24 bits into an accumulator
  align,             ///< one word of `rows` activations through the aligner
  operand_nibble,    ///< one activation or weight clocked into an operand register
  accumulator_read,  ///< one sum of 24 bits leaves the array
  requantize,        ///< one multiplication by a multiplier, shift, clamp
  input_read,        ///< input buffer, one word of `rows` activations
  input_write,
  weight_read,  ///< weight buffer, one word of `columns` weights
  weight_write,
  parameter_byte,  ///< one byte of channel parameters or bitmaps clocked into a register
};
inline constexpr std::size_t operation_count = 11;

using Operations = OperationCounts<Operation, operation_count>;

/// One output tile of one band of pixels, or the part of it that one chunk of input channels brings.
struct Slot : SlotWork<Operations> {
  /// The channels whose steps are taken, and what the input buffer holds of each: the rectangle in the input
  /// map that the band's windows cover. Of a packed map the loads bring whole planes, also where the first
  /// channel is an odd one or the last one even.
  Box input;
  Patch patch;  ///< that rectangle with its padding

  std::uint32_t first_output = 0;  ///< output channel
  std::uint32_t outputs = 0;
  std::uint32_t first_pixel = 0;  ///< the band: pixels of the output map in raster order, y * width + x
  std::uint32_t pixels = 0;
  Box band;  ///< the rectangle of output rows and columns that the band lies in; patch belongs to it

  std::span<const std::uint64_t> kept;  ///< bitmaps of input.channels channels; live as long as the schedule
  std::uint64_t steps = 0;              ///< a pixel tile
  bool first_chunk = true;              ///< the sums begin at 0
  bool last_chunk = true;               ///< the sums are complete and drain: dense (output plane, pixel)
};

/// KASANE_ERROR_NONE, or why the array refuses the command.
std::uint32_t check(const kasane_cartesian_convolution& command, const CartesianConfig& config);

/// The bitmaps, in bursts of at most half a weight buffer.
Preparation preparation_of(const kasane_cartesian_convolution& command, const CartesianConfig& config);

/// A map's planes of bytes.
Planes input_map(const kasane_cartesian_convolution& command);
Planes output_map(const kasane_cartesian_convolution& command);

/// Planes of bytes that so many output channels take: packed, half as many, rounded up.
std::uint32_t output_planes(const kasane_cartesian_convolution& command, std::uint32_t outputs);

/// Order, outermost first: group, band of pixels, output tile, chunk of input channels.
class Schedule : public SlotSource<Slot> {
 public:
  /// Precondition: check(command, config) == KASANE_ERROR_NONE, and `kept` is of this command.
  Schedule(const kasane_cartesian_convolution& command, const CartesianConfig& config, KeptCoordinates kept);
  Preparation preparation() const override { return preparation_of(command_, config_); }
  bool next(Slot& slot) override;

 private:
  void place(Slot& slot) const;
  void load_input(Slot& slot);
  void load_weights(Slot& slot);
  void count(Slot& slot);
  void advance();

  kasane_cartesian_convolution command_;
  CartesianConfig config_;
  KeptCoordinates kept_;
  OutputTiles tiles_;
  Cut cut_;
  Planes input_;
  Planes output_;
  std::uint32_t pixels_;  ///< of the output map

  std::uint32_t group_ = 0;
  std::uint32_t pixel_ = 0;
  std::uint32_t tile_ = 0;  ///< of output channels, within the group
  std::size_t chunk_ = 0;
  bool filled_ = false;  ///< the pipeline
  DoubleBuffer input_buffer_;
  DoubleBuffer weight_buffer_;
  ParameterRegisters parameters_;
};

}  // namespace kasane::cartesian
