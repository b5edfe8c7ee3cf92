#include "models/common/power_state.h"

#include <array>
#include <cstdio>

namespace kasane {

std::string text_of(const PowerState& state) {
  if (!state.powered) return "off";
  if (!state.clocked) return "clock gated";
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%g V %g MHz", state.volts, state.hertz / 1e6);
  return text.data();
}

}  // namespace kasane
