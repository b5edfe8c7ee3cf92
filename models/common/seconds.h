/// Simulated time in seconds.
#pragma once

#include <systemc>

namespace kasane {

/// The nearest double: one division, where sc_time::to_seconds() multiplies by a rounded 1e-12.
inline double seconds_of(sc_core::sc_time time) {
  return static_cast<double>(time.value()) / 1e12;
}

}  // namespace kasane
