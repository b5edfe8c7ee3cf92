/// Reads a program for a machine, whichever form it has.
#pragma once

#include "platform/loader/elf.h"

namespace kasane {

/// An ELF executable as it says itself; anything else is a raw image that begins at `raw_address` and is
/// entered there. Throws std::runtime_error with one line naming the file, and where it is known the Debian
/// package that has it.
ElfImage read_program(const std::filesystem::path& file, std::uint64_t raw_address);

/// Whether the file is there and begins as an ELF file does.
bool is_elf(const std::filesystem::path& file);

}  // namespace kasane
