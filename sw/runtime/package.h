/// A network package in memory (kasane/package.h): whether it is whole and possible, and where its tables
/// are.
#ifndef KASANE_RUNTIME_PACKAGE_H
#define KASANE_RUNTIME_PACKAGE_H

#include "kasane/package.h"
#include "sw/runtime/command_check.h"

/// Why a package is refused.
struct package_fault {
  const char* message;
  uint32_t step;  ///< the step concerned, or UINT32_MAX
};

/// Tables of a package that passed package_check.
static inline const void* package_table(const struct kasane_package_header* package, uint32_t offset) {
  return (const uint8_t*)package + offset;
}

static inline const char* package_string(const struct kasane_package_header* package, uint32_t offset) {
  return (const char*)package_table(package, package->strings_offset) + offset;
}

static inline const struct kasane_exit* package_exits(const struct kasane_package_header* package) {
  return (const struct kasane_exit*)package_table(package, package->exits_offset);
}

/// How much of each space the package may touch.
struct space_limits package_limits(const struct kasane_package_header* package);

/// Checks magic, version, sizes, CRC, every table, string and command. `package` is 8-byte aligned,
/// `available` bytes may be read. fault.message is NULL if the package is good.
struct package_fault package_check(const struct kasane_package_header* package, uint64_t available);

#endif
