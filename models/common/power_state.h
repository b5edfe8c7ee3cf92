/// A power domain's operating point and gating, in values and in words.
#pragma once

#include <string>

#include <systemc>

namespace kasane {

struct PowerState {
  double volts = 0;
  double hertz = 0;
  bool clocked = true;
  bool powered = true;
  sc_core::sc_time awake_at;  ///< from when on it can be used, where it is powered
};

/// "0.9 V 400 MHz", "clock gated" or "off", of a domain that is not waking up.
std::string text_of(const PowerState& state);
inline constexpr const char* waking_up_text = "waking up";

}  // namespace kasane
