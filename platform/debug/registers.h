/// The hart's registers under the numbers that GDB and QEMU give them: x0-x31 are 0-31, pc 32, f0-f31 33-64,
/// the CSR n 65 + n, and the privilege mode, as a register of its own, 4161.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "platform/cpu/debug/debug_port.h"

namespace kasane::gdb {

inline constexpr std::uint32_t stack_pointer = 2;
inline constexpr std::uint32_t frame_pointer = 8;
inline constexpr std::uint32_t program_counter = 32;
/// What a `g` packet holds: x0-x31 and pc.
inline constexpr std::uint32_t general_registers = 33;

/// Empty where the hart has no such register.
std::optional<std::uint64_t> read_register(const DebugPort& hart, std::uint64_t number);
/// False where the hart has no such register, or it is read-only.
bool write_register(DebugPort& hart, std::uint64_t number, std::uint64_t value);

/// The registers that this hart has, as GDB's target description: its features org.gnu.gdb.riscv.cpu, fpu,
/// csr and virtual.
std::string target_description(const DebugPort& hart);

}  // namespace kasane::gdb
