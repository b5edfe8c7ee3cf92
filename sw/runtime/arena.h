/// Memory handed out once and never given back.
#ifndef KASANE_RUNTIME_ARENA_H
#define KASANE_RUNTIME_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena {
  uint64_t begin;  ///< address of the first free byte
  uint64_t end;    ///< address after the last one
};

/// 64-byte aligned, contents undefined; NULL if it does not fit. Zero bytes get a valid address.
static inline void* arena_take(struct arena* arena, uint64_t bytes) {
  const uint64_t begin = (arena->begin + 63) & ~(uint64_t)63;
  if (begin > arena->end || bytes > arena->end - begin) return NULL;
  arena->begin = begin + bytes;
  return (void*)(uintptr_t)begin;
}

/// From the fast memory where it fits, else from the big one.
static inline void* arena_take_either(struct arena* fast, struct arena* big, uint64_t bytes) {
  void* place = arena_take(fast, bytes);
  return place != NULL ? place : arena_take(big, bytes);
}

#endif
