/// The constants of requantisation as they come from WM, where software may have left anything.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "kasane/neural_comp_unit.h"

namespace kasane {

/// True if requantisation is defined with these constants.
inline bool valid(const kasane_channel_parameters& parameters) {
  return parameters.multiplier >= 0 && parameters.shift >= 1 && parameters.shift <= 62;
}

/// Replaces `records` by those in `bytes`. Returns false if one is out of its range.
inline bool decode(std::span<const std::uint8_t> bytes, std::vector<kasane_channel_parameters>& records) {
  records.resize(bytes.size() / sizeof(kasane_channel_parameters));
  std::memcpy(records.data(), bytes.data(), records.size() * sizeof(kasane_channel_parameters));
  return std::ranges::all_of(records, [](const kasane_channel_parameters& record) { return valid(record); });
}

}  // namespace kasane
