/// Reads a RISC-V ELF executable into the segments that a loader must place.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace kasane {

struct ElfSegment {
  std::uint64_t address = 0;        ///< physical
  std::vector<std::uint8_t> bytes;  ///< file contents followed by the zeroes of .bss
};

struct ElfImage {
  std::uint64_t entry = 0;
  std::vector<ElfSegment> segments;
};

/// Throws std::runtime_error with one line naming the file where it is missing, truncated, or not a 64-bit
/// little-endian RISC-V executable.
ElfImage read_elf(const std::filesystem::path& file);

}  // namespace kasane
