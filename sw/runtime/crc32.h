/// CRC-32 of IEEE 802.3 (reflected polynomial 0xEDB88320), as zlib computes it.
#ifndef KASANE_RUNTIME_CRC32_H
#define KASANE_RUNTIME_CRC32_H

#include <stddef.h>
#include <stdint.h>

/// Tables for eight bytes at a time: table[k][b] is what byte b does to the remainder k bytes later.
struct crc32 {
  uint32_t table[8][256];
};

void crc32_prepare(struct crc32* crc);

/// Continues from a previous result; 0 begins. Reads memory by aligned 64-bit words where it can.
uint32_t crc32_continue(const struct crc32* crc, uint32_t previous, const void* bytes, size_t count);

#endif
