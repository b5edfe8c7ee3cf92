#include "sw/runtime/software_hidden_mask.h"

static uint32_t bits_of(uint32_t field_bits) {
  return field_bits == 0 ? 1 : field_bits;
}

static uint32_t next_field(struct hidden_mask* mask) {
  const uint32_t bits = bits_of(mask->field_bits);
  if (mask->window_bits < bits) {
    mask->window |= (uint32_t)*mask->bytes++ << mask->window_bits;
    mask->window_bits += 8;
  }
  const uint32_t value = mask->window & ((1u << bits) - 1);
  mask->window >>= bits;
  mask->window_bits -= bits;
  --mask->fields;
  return value;
}

void hidden_mask_advance(struct hidden_mask* mask) {
  const uint32_t escape = (1u << mask->field_bits) - 1;  // masked off only, and as many
  while (mask->fields != 0) {
    const uint32_t value = next_field(mask);
    if (mask->field_bits == 0) {
      ++mask->position;
      if (value == 0) continue;
      mask->kept = mask->position - 1;
      return;
    }
    mask->position += value;
    if (value == escape) continue;
    mask->kept = mask->position++;
    return;
  }
  mask->kept = HIDDEN_MASK_END;
}

struct hidden_mask hidden_mask_begin(const uint8_t* bytes, uint32_t fields, uint32_t field_bits) {
  struct hidden_mask mask = {.bytes = bytes, .fields = fields, .field_bits = field_bits};
  hidden_mask_advance(&mask);
  return mask;
}

uint64_t hidden_mask_bytes(uint32_t fields, uint32_t field_bits) {
  return ((uint64_t)fields * bits_of(field_bits) + 7) / 8;
}

bool hidden_mask_good(const uint8_t* bytes, uint32_t fields, uint32_t field_bits, uint32_t weights) {
  struct hidden_mask mask = {.bytes = bytes, .fields = fields, .field_bits = field_bits};
  const uint32_t escape = (1u << field_bits) - 1;
  while (mask.fields != 0) {
    if (mask.position >= weights) return false;  // a field with nothing left for it
    const uint32_t value = next_field(&mask);
    if (field_bits == 0) {
      ++mask.position;
      continue;
    }
    if (value > weights - mask.position) return false;
    mask.position += value;
    if (value != escape) ++mask.position;  // the kept one may be just behind the end
  }
  return mask.position >= weights && mask.window == 0;
}
