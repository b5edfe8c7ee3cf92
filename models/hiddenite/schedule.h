/// When and at what cost: a command becomes slots of bursts, cycles and operations. README.md draws the
/// pipeline and works examples by hand.
#pragma once

#include <cstdint>
#include <optional>

#include "kasane/hiddenite.h"
#include "models/common/operation_counts.h"
#include "models/common/output_tiles.h"
#include "models/common/parameter_registers.h"
#include "models/common/planes.h"
#include "models/common/slot.h"
#include "models/common/window_span.h"
#include "models/hiddenite/band.h"
#include "models/hiddenite/config.h"
#include "models/hiddenite/mask_tiles.h"

namespace kasane::hiddenite {

/// What the engine spends energy on.
enum class Operation : std::uint8_t {
  add,                  ///< kept weight, activation other than 0: an operand of the adder tree
  zero_operand,         ///< kept weight, activation 0 or padding: the operand is gated
  masked_operand,       ///< weight masked off: the operand is gated
  accumulate,           ///< addition of an adder tree's sum into an accumulator of 24 bits
  activation_register,  ///< one activation clocked into an operand register
  weight_register,      ///< one expanded weight clocked into an operand register
  decode_field,         ///< one field of a mask, or one bit of a raw one
  generate_murmur,      ///< one random word of a weight that is kept, by the finaliser of MurmurHash3
  generate_xorshift,    ///< ..., by rounds of xorshift and addition
  accumulator_read,     ///< one sum of 24 bits leaves the array
  requantize,           ///< one multiplication by a multiplier, shift, clamp
  input_read,           ///< input buffer, one word of input_channels × columns activations
  input_write,
  weight_read,  ///< weight buffer, one word of input_channels × output_channels weights
  weight_write,
  mask_byte,       ///< one byte into and out of the mask FIFO
  parameter_byte,  ///< one byte of channel parameters or of the tile table clocked into a register
};
inline constexpr std::size_t operation_count = 17;

using Operations = OperationCounts<Operation, operation_count>;

/// What a slot loads of activations: channels of the patch that it needs, or a later slot.
struct InputLoad {
  Box box;                 ///< channels, and the rows and columns that the patch has of the input map
  Patch patch;             ///< that rectangle with its padding
  std::uint32_t half = 0;  ///< of the input buffer
  std::uint32_t first_channel = 0;  ///< of the box, within the patch
  std::uint32_t channels = 0;       ///< of the whole patch
};

/// One output tile of one band of pixels, or the part of it that one chunk of input channels brings.
struct Slot : SlotWork<Operations> {
  InputLoad input_load;  ///< if fresh_input
  Box input;    ///< the chunk's channels, and the rows and columns of the input map that the windows cover
  Patch patch;  ///< that rectangle with its padding
  Box output;   ///< the tile's output channels, the band's rows and columns

  std::uint32_t tile = 0;   ///< of output channels, of all groups
  std::uint32_t place = 0;  ///< of the weight buffer: where the tile's expanded weights lie
  /// The tile's mask, if fresh_weights: with this slot's load it is complete and expanded to `place`.
  Expansion expansion;
  bool first_chunk = true;  ///< the sums begin at 0
  bool last_chunk = true;   ///< the sums are complete and drain: dense (output channel, row, column)
};

/// KASANE_ERROR_NONE, or why the engine refuses the command.
std::uint32_t check(const kasane_hiddenite_convolution& command, const HiddeniteConfig& config);

/// The tile table.
Preparation preparation_of(const kasane_hiddenite_convolution& command);

/// Order, outermost first: group, block of output tiles, band of pixels, output tile, chunk of input
/// channels.
class Schedule : public SlotSource<Slot> {
 public:
  /// Precondition: check(command, config) == KASANE_ERROR_NONE, and `masks` is of this command.
  Schedule(const kasane_hiddenite_convolution& command, const HiddeniteConfig& config, MaskTiles masks);
  Preparation preparation() const override { return preparation_of(command_); }
  bool next(Slot& slot) override;

 private:
  /// One band of pixels, computed for all output tiles of one block.
  struct Visit {
    std::uint32_t first_tile = 0;  ///< of all groups
    std::uint32_t tiles = 0;
    std::uint32_t row = 0;  ///< of the output map
    std::uint32_t column = 0;
  };

  Visit begin_block(std::uint32_t first_tile) const;
  std::optional<Visit> after(const Visit& visit) const;
  bool same_input(const Visit& one, const Visit& other) const;
  Box band(const Visit& visit) const;  ///< rows and columns only
  void place(Slot& slot) const;
  void load_input(Slot& slot);
  /// Channels `first` ... `end - 1` of a visit's patch, or of its present chunk.
  void load_channels(Slot& slot, const Visit& visit, std::uint32_t half, std::uint32_t first,
                     std::uint32_t end) const;
  void load_masks(Slot& slot);
  void count(Slot& slot);
  void advance();

  kasane_hiddenite_convolution command_;
  HiddeniteConfig config_;
  MaskTiles masks_;
  OutputTiles tiles_;
  Cut cut_;
  Planes input_;
  Planes output_;

  std::optional<Visit> visit_;
  std::optional<Visit> next_visit_;
  std::uint32_t tile_ = 0;  ///< within the visit
  std::uint32_t chunk_ = 0;
  std::uint32_t half_ = 0;           ///< of the input buffer, of the present slot
  std::uint32_t missing_ = 0;        ///< the first channel of the visit's patch that is not yet loaded
  std::uint32_t expanded_ = 0;       ///< tiles so far
  std::uint64_t fetched_bytes_ = 0;  ///< of the masks
  bool filled_ = false;              ///< the pipeline
  ParameterRegisters parameters_;
};

}  // namespace kasane::hiddenite
