#include "sw/runtime/crc32.h"

void crc32_prepare(struct crc32* crc) {
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) remainder = remainder >> 1 ^ (remainder & 1 ? 0xEDB88320u : 0);
    crc->table[0][byte] = remainder;
  }
  for (uint32_t byte = 0; byte < 256; ++byte) {
    for (int later = 1; later < 8; ++later) {
      const uint32_t before = crc->table[later - 1][byte];
      crc->table[later][byte] = before >> 8 ^ crc->table[0][before & 0xFF];
    }
  }
}

static uint32_t one_byte(const struct crc32* crc, uint32_t remainder, uint8_t byte) {
  return remainder >> 8 ^ crc->table[0][(remainder ^ byte) & 0xFF];
}

uint32_t crc32_continue(const struct crc32* crc, uint32_t previous, const void* bytes, size_t count) {
  const uint8_t* at = bytes;
  uint32_t remainder = ~previous;
  for (; count > 0 && ((uintptr_t)at & 7) != 0; --count) remainder = one_byte(crc, remainder, *at++);
  for (; count >= 8; count -= 8, at += 8) {
    const uint64_t word = *(const uint64_t*)(const void*)at ^ remainder;
    remainder = 0;
    for (int i = 0; i < 8; ++i) remainder ^= crc->table[7 - i][word >> 8 * i & 0xFF];
  }
  for (; count > 0; --count) remainder = one_byte(crc, remainder, *at++);
  return ~remainder;
}
