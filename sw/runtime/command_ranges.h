/// What every check of a command record asks: reserved bytes of zero, and ranges inside their memory whatever
/// the numbers.
#ifndef KASANE_RUNTIME_COMMAND_RANGES_H
#define KASANE_RUNTIME_COMMAND_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kasane/neural_comp_unit.h"

static inline bool all_zero(const uint8_t* bytes, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (bytes[i] != 0) return false;
  }
  return true;
}

#define RESERVED_ZERO(record) \
  ((record)->header.reserved == 0 && all_zero((record)->reserved, sizeof(record)->reserved))

/// address + bytes <= limit, whatever the numbers.
static inline bool range_fits(uint64_t address, uint64_t bytes, uint64_t limit) {
  return address <= limit && bytes <= limit - address;
}

/// Whether a * b * c * d <= limit < 2^63; a ... d < 2^32, none zero.
static inline bool product_fits(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t limit) {
  return a <= limit && b <= limit / a && c <= limit / (a * b) && d <= limit / (a * b * c);
}

/// A block of planes x rows x row_bytes. There must not be more bytes than the memory has, either: it bounds
/// the work that any record can ask for.
static inline bool block_fits(uint64_t address, uint32_t planes, uint32_t rows, uint32_t row_bytes,
                              uint32_t plane_pitch, uint32_t row_pitch, uint64_t limit) {
  if (planes == 0 || rows == 0 || row_bytes == 0) return false;
  const uint64_t plane_span = (uint64_t)(planes - 1) * plane_pitch;
  const uint64_t row_span = (uint64_t)(rows - 1) * row_pitch;
  if (plane_span > limit || row_span > limit) return false;
  return range_fits(address, plane_span + row_span + row_bytes, limit);
}

static inline bool parameters_fit(uint32_t address, uint64_t count, uint64_t limit) {
  return address % 4 == 0 && range_fits(address, count * sizeof(struct kasane_channel_parameters), limit);
}

#endif
