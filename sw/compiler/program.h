/// Collects commands into steps, one engine and layer a step.
#pragma once

#include "sw/compiler/memory_plan.h"
#include "sw/compiler/package_writer.h"

namespace kasane::compiler {

/// A part of a map that lies outside FMM.
struct MapPart {
  Place map;
  Shape shape;  ///< of the whole map: planes of bytes
  std::uint32_t first_plane = 0;
  std::uint32_t first_row = 0;
};

class Program {
 public:
  /// Joins the last step if that has the same kind and layer and is of the same segment.
  void append(std::uint16_t kind, std::uint16_t layer, const CommandBytes& command);

  /// Copies contiguous bytes; nothing for none. `layer` is booked by the command, `step_layer` by the step.
  /// An offset in KASANE_SPACE_PACKAGE counts from the data section here.
  void copy(std::uint16_t layer, std::uint16_t step_layer, const Place& from, const Place& to,
            std::uint32_t bytes);

  /// Copies rows of some planes between a map and a dense buffer.
  void copy_rows(std::uint16_t layer, const MapPart& part, std::uint32_t planes, std::uint32_t rows,
                 const Place& buffer, bool into_buffer);

  /// What has been appended so far runs once.
  void end_setup() { setup_steps_ = steps(); }

  /// `run_by` (KASANE_RUN_BY_*) carries out the records of engines that follow.
  void begin_segment(std::uint16_t run_by) {
    segment_begin_ = steps();
    run_by_ = run_by;
  }

  /// How many there are so far.
  std::uint32_t steps() const { return static_cast<std::uint32_t>(steps_.size()); }

  /// Hands over steps and commands, package offsets counted from the package's first byte.
  void move_into(PackageContents& contents);

 private:
  std::vector<kasane_step> steps_;
  std::vector<CommandBytes> commands_;
  std::uint32_t setup_steps_ = 0;
  std::uint32_t segment_begin_ = 0;
  std::uint16_t run_by_ = KASANE_RUN_BY_ENGINE;
};

}  // namespace kasane::compiler
