/// Memories of the references as plain bytes: little-endian numbers and feature maps, whatever the host is.
#pragma once

#include <cstdint>
#include <vector>

#include "kasane/neural_comp_unit.h"

namespace kasane::reference {

using Bytes = std::vector<uint8_t>;

/// A feature map in FMM: planes of rows.
struct FeatureMap {
  uint64_t address;
  uint64_t channel_pitch;
  uint64_t row_pitch;

  uint64_t index(uint64_t channel, uint64_t row, uint64_t column) const {
    return address + channel * channel_pitch + row * row_pitch + column;
  }
};

/// All of these throw std::out_of_range outside the memory.
inline int signed_byte(const Bytes& memory, uint64_t address) {
  const int byte = memory.at(address);
  return byte < 128 ? byte : byte - 256;
}

inline void store(Bytes& memory, uint64_t address, int8_t value) {
  memory.at(address) = static_cast<uint8_t>(value);
}

inline uint32_t half_word(const Bytes& memory, uint64_t address) {
  return memory.at(address) + memory.at(address + 1) * 256u;
}

inline int32_t word(const Bytes& memory, uint64_t address) {
  return static_cast<int32_t>(half_word(memory, address) + half_word(memory, address + 2) * 65536u);
}

inline void store_half_word(Bytes& memory, uint64_t address, uint32_t value) {
  memory.at(address) = static_cast<uint8_t>(value % 256);
  memory.at(address + 1) = static_cast<uint8_t>(value / 256 % 256);
}

inline void store_word(Bytes& memory, uint64_t address, int32_t value) {
  const auto bits = static_cast<uint32_t>(value);
  store_half_word(memory, address, bits % 65536);
  store_half_word(memory, address + 2, bits / 65536);
}

inline kasane_channel_parameters parameters_at(const Bytes& wm, uint64_t table, uint64_t index) {
  const uint64_t address = table + index * sizeof(kasane_channel_parameters);
  return {word(wm, address), word(wm, address + 4), word(wm, address + 8)};
}

inline bool inside(int64_t position, uint32_t size) {
  return position >= 0 && position < static_cast<int64_t>(size);
}

/// The element of a channel that a window's tap sees; `pad_value` outside the map.
inline int padded_element(const Bytes& fmm, const FeatureMap& map, uint32_t height, uint32_t width,
                          uint64_t channel, int64_t row, int64_t column, int pad_value) {
  if (!inside(row, height) || !inside(column, width)) return pad_value;
  return signed_byte(fmm, map.index(channel, static_cast<uint64_t>(row), static_cast<uint64_t>(column)));
}

/// The sum of 32-bit wrapping hardware: only the low 32 bits remain.
inline int32_t wrapped(int64_t sum) {
  return static_cast<int32_t>(static_cast<uint32_t>(sum));
}

}  // namespace kasane::reference
