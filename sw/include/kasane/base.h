/// What every shared header needs: fixed-width types and a static assertion that C and C++ both understand.
///
/// The headers of this folder are the hardware/software contract. Firmware (C) and models (C++) include the
/// same files; all structures are little-endian, as RISC-V is, and have no hidden padding.
#ifndef KASANE_BASE_H
#define KASANE_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define KASANE_STATIC_ASSERT(condition, message) static_assert(condition, message)
#else
#define KASANE_STATIC_ASSERT(condition, message) _Static_assert(condition, message)
#endif

/// Fixes the size of a shared structure.
#define KASANE_SIZE(type, bytes) \
  KASANE_STATIC_ASSERT(sizeof(type) == (bytes), #type " must be " #bytes " bytes")

/// Fixes the offset of a member of a shared structure.
#define KASANE_OFFSET(type, member, bytes) \
  KASANE_STATIC_ASSERT(offsetof(type, member) == (bytes), #type "." #member " must be at " #bytes)

#endif
