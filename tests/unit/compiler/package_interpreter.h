/// Executes a network package on the host, with the naive references of all engines: what the runtime would
/// do on the chip.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sw/compiler/package_view.h"
#include "tests/reference/kcu_reference.h"

namespace kasane::test {

/// Memories begin filled with garbage, so that reading what nothing wrote shows.
class PackageInterpreter {
 public:
  /// `units` are the chip's Kernel Comp Units.
  explicit PackageInterpreter(std::span<const std::uint8_t> package,
                              std::vector<reference::UnitKernel> units = {});

  /// The last exit's output bytes for one image; pixels as in a data set.
  std::vector<std::uint8_t> run(std::span<const std::uint8_t> pixels);

  // Piece by piece.
  void load(std::span<const std::uint8_t> pixels);
  void execute(std::size_t first_step, std::size_t end_step);
  std::vector<std::uint8_t> output(std::size_t exit) const;
  /// What the exit unit found last.
  const kasane_exit_decision& decision() const { return decision_; }

  const PackageView& view() const { return view_; }

 private:
  void execute(const kasane_step& step, std::span<const std::uint8_t> command);
  void run_units(std::span<const std::uint8_t> command);
  void decide(const kasane_exit_decide_command& command);
  void copy(const kasane_dma_copy& command);
  void compute_on_cpu(const kasane_cpu_vector& command);
  std::vector<std::uint8_t>& memory(std::uint8_t space);

  PackageView view_;
  std::vector<std::uint8_t> package_, fmm_, wm_, scratch_, input_, outputs_, cpu_maps_, cpu_weights_, sums_,
      table_;
  std::vector<reference::UnitKernel> units_;
  kasane_exit_decision decision_{};
};

}  // namespace kasane::test
