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
  interrupted,  ///< Ctrl-C
};

/// Simulates until one of the endings; calls `on_pause` every now and then in between. `limit` zero: none.
/// While `may_be_woken` says that somebody outside may yet give the chip something to do, a chip that stands
/// still is not in deadlock, and the host waits.
Ending simulate(sc_core::sc_time limit, const std::function<void()>& on_pause,
                const std::function<bool()>& may_be_woken);

}  // namespace kasane
