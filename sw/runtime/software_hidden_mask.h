/// The masks of hidden-network layers, read field by field (kasane/hiddenite.h).
#ifndef KASANE_RUNTIME_SOFTWARE_HIDDEN_MASK_H
#define KASANE_RUNTIME_SOFTWARE_HIDDEN_MASK_H

#include <stdbool.h>
#include <stdint.h>

/// Walks through one tile's mask from kept weight to kept weight. Copy it to come back to where it stood.
struct hidden_mask {
  const uint8_t* bytes;  ///< the next one
  uint32_t window;       ///< bits read and not used yet
  uint32_t window_bits;
  uint32_t fields;      ///< that are left
  uint32_t field_bits;  ///< 0: raw
  uint32_t position;    ///< of the first weight that no field has covered yet
  uint32_t
      kept;  ///< index in the tile of the kept weight where the walk stands; HIDDEN_MASK_END: there is none
};

enum { HIDDEN_MASK_END = 0x7FFFFFFF };

/// Stands at the tile's first kept weight.
struct hidden_mask hidden_mask_begin(const uint8_t* bytes, uint32_t fields, uint32_t field_bits);

/// Goes on to the next kept weight.
void hidden_mask_advance(struct hidden_mask* mask);

/// Bytes of a tile of so many fields.
uint64_t hidden_mask_bytes(uint32_t fields, uint32_t field_bits);

/// Whether the fields cover `weights` of them exactly and the bits behind them are zero. Reads
/// hidden_mask_bytes at most.
bool hidden_mask_good(const uint8_t* bytes, uint32_t fields, uint32_t field_bits, uint32_t weights);

#endif
