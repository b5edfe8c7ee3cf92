/* A compute loop: a hash over a small table, forever. */
#include <stdint.h>

static uint32_t table[256];
volatile uint32_t result;

void body(void) {
  for (uint32_t i = 0; i < 256; ++i) table[i] = i * 2654435761u;
  uint32_t hash = 1;
  for (;;) {
    for (uint32_t i = 0; i < 100000; ++i) {
      hash ^= hash << 13;
      hash ^= hash >> 17;
      hash ^= hash << 5;
      hash += table[hash & 255] ^ i;
    }
    result = hash;
  }
}
