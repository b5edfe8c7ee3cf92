#include "tests/reference/hiddenite_mask.h"

#include <stdexcept>

namespace kasane::reference {
namespace {

uint32_t bits_of(uint32_t field_bits) {
  return field_bits == 0 ? 1 : field_bits;
}

MaskFields encode_zero_runs(const Mask& kept, uint32_t largest) {
  MaskFields fields;
  uint32_t run = 0;
  for (const bool keep : kept) {
    if (keep) {
      fields.push_back(run);
      run = 0;
    } else if (++run == largest) {
      fields.push_back(largest);
      run = 0;
    }
  }
  if (run != 0) fields.push_back(run);  // and a kept one beyond the tile
  return fields;
}

Mask decode_zero_runs(const MaskFields& fields, uint32_t largest, uint64_t weights) {
  Mask kept;
  for (const uint32_t field : fields) {
    if (kept.size() >= weights) throw std::invalid_argument("a mask goes on behind its tile");
    kept.insert(kept.end(), field, false);
    if (kept.size() > weights) throw std::invalid_argument("a run leaves its tile");
    if (field != largest) kept.push_back(true);
  }
  if (kept.size() < weights) throw std::invalid_argument("a mask ends before its tile");
  kept.resize(weights);
  return kept;
}

}  // namespace

MaskFields encode_mask(const Mask& kept, uint32_t field_bits) {
  if (field_bits == 0) return {kept.begin(), kept.end()};
  return encode_zero_runs(kept, (1u << field_bits) - 1);
}

Mask decode_mask(const MaskFields& fields, uint32_t field_bits, uint64_t weights) {
  if (field_bits != 0) return decode_zero_runs(fields, (1u << field_bits) - 1, weights);
  if (fields.size() != weights) throw std::invalid_argument("a raw mask has a bit for each weight");
  return {fields.begin(), fields.end()};
}

uint64_t mask_bytes(uint64_t fields, uint32_t field_bits) {
  return (fields * bits_of(field_bits) + 7) / 8;
}

Bytes pack_fields(const MaskFields& fields, uint32_t field_bits) {
  Bytes bytes(mask_bytes(fields.size(), field_bits));
  uint64_t place = 0;
  for (const uint32_t field : fields)
    for (uint32_t bit = 0; bit < bits_of(field_bits); ++bit, ++place)
      if ((field >> bit) % 2 == 1) bytes[place / 8] |= static_cast<uint8_t>(1u << place % 8);
  return bytes;
}

MaskFields unpack_fields(const Bytes& memory, uint64_t address, uint64_t count, uint32_t field_bits) {
  const auto bit_at = [&](uint64_t place) { return (memory.at(address + place / 8) >> place % 8) % 2; };
  MaskFields fields;
  uint64_t place = 0;
  for (uint64_t i = 0; i < count; ++i) {
    uint32_t field = 0;
    for (uint32_t bit = 0; bit < bits_of(field_bits); ++bit, ++place)
      field |= static_cast<uint32_t>(bit_at(place)) << bit;
    fields.push_back(field);
  }
  for (; place % 8 != 0; ++place)
    if (bit_at(place) != 0) throw std::invalid_argument("a mask has bits behind its last field");
  return fields;
}

}  // namespace kasane::reference
