/// Drives the SystemC kernel to the end of a run.
#pragma once

#include <cstdint>
#include <functional>

#include <systemc>

namespace kasane {

enum class Ending : std::uint8_t {
  stopped,   ///< sc_stop: firmware ended the run
  deadlock,  ///< nothing is scheduled any more: everybody waits for everybody
  time_limit,
  interrupted,  ///< Ctrl-C, or a debugger's end of the run
};

/// Who takes part in a run from outside the chip.
struct Outside {
  /// Called every now and then.
  std::function<void()> on_pause = [] {};
  /// Asked when the chip stands still: somebody may yet give it something to do, and the host waits.
  std::function<bool()> may_be_woken = [] { return false; };
  /// Asked before each slice of time: a debugger holds the chip, and nothing of it may advance. To be asked
  /// again, so it may wait for the debugger for some milliseconds.
  std::function<bool()> holds = [] { return false; };
  /// A debugger ends the run.
  std::function<bool()> ends = [] { return false; };
};

/// Simulates until one of the endings. `limit` zero: none.
Ending simulate(sc_core::sc_time limit, const Outside& outside);

}  // namespace kasane
