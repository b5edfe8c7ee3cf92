/// Masks as software would write them, for tests: field by field, from the definition in kasane/hiddenite.h.
#pragma once

#include <cstdint>
#include <vector>

namespace kasane::hiddenite {

/// One entry a weight of a tile.
using Kept = std::vector<bool>;

struct EncodedMask {
  std::vector<std::uint8_t> bytes;
  std::uint32_t fields = 0;
};

/// Fields of `bits` bits each, and zeros to the next byte.
inline EncodedMask write_fields(const std::vector<std::uint32_t>& values, std::uint32_t bits) {
  EncodedMask mask;
  mask.fields = static_cast<std::uint32_t>(values.size());
  mask.bytes.resize((values.size() * bits + 7) / 8);
  std::size_t at = 0;
  for (const std::uint32_t value : values) {
    for (std::uint32_t bit = 0; bit < bits; ++bit, ++at) {
      if ((value >> bit & 1) != 0) mask.bytes[at / 8] |= static_cast<std::uint8_t>(1 << at % 8);
    }
  }
  return mask;
}

/// The values of the fields that zero runs take.
inline std::vector<std::uint32_t> run_fields(const Kept& kept, std::uint32_t field_bits) {
  const std::uint32_t longest = (1u << field_bits) - 1;
  std::vector<std::uint32_t> values;
  std::uint32_t zeros = 0;
  for (const bool is_kept : kept) {
    if (!is_kept && ++zeros < longest) continue;
    values.push_back(zeros);
    zeros = 0;
  }
  if (zeros > 0) values.push_back(zeros);
  return values;
}

inline EncodedMask encode_mask(const Kept& kept, std::uint32_t field_bits) {
  if (field_bits > 0) return write_fields(run_fields(kept, field_bits), field_bits);
  return write_fields({kept.begin(), kept.end()}, 1);
}

}  // namespace kasane::hiddenite
