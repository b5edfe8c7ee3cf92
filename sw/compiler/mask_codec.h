/// Masks of hidden weights in the forms that the hidden-network engine decodes (kasane/hiddenite.h).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace kasane::compiler {

/// Fields that stand for a tile; a weight other than 0 is kept. `field_bits` is 0 (a raw bit a weight) to
/// KASANE_HIDDENITE_MAX_FIELD_BITS (zero runs).
std::uint32_t count_mask_fields(std::span<const std::int8_t> weights, std::uint32_t field_bits);

/// Bytes that a tile's fields take.
constexpr std::uint64_t mask_bytes(std::uint64_t fields, std::uint32_t field_bits) {
  return (fields * (field_bits == 0 ? 1 : field_bits) + 7) / 8;
}

/// Appends the tile's mask, which begins with a new byte, and returns its number of fields.
std::uint32_t append_mask(std::span<const std::int8_t> weights, std::uint32_t field_bits,
                          std::vector<std::uint8_t>& bytes);

}  // namespace kasane::compiler
