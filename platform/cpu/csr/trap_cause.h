/// Causes of traps, as mcause and scause hold them.
#pragma once

#include <cstdint>

#include "platform/cpu/csr/privilege.h"

namespace kasane::cpu {

namespace cause {
inline constexpr std::uint64_t fetch_access = 1;
inline constexpr std::uint64_t illegal_instruction = 2;
inline constexpr std::uint64_t breakpoint = 3;
inline constexpr std::uint64_t load_misaligned = 4;
inline constexpr std::uint64_t load_access = 5;
inline constexpr std::uint64_t store_misaligned = 6;
inline constexpr std::uint64_t store_access = 7;
inline constexpr std::uint64_t user_call = 8;  ///< plus the mode that calls
inline constexpr std::uint64_t fetch_page = 12;
inline constexpr std::uint64_t load_page = 13;
inline constexpr std::uint64_t store_page = 15;
inline constexpr std::uint64_t interrupt = std::uint64_t{1} << 63;

/// Of an access that memory, bus or physical memory protection refuses.
constexpr std::uint64_t access_fault(Access access) {
  return access == Access::fetch ? fetch_access : access == Access::load ? load_access : store_access;
}
/// Of an access that the page table refuses.
constexpr std::uint64_t page_fault(Access access) {
  return access == Access::fetch ? fetch_page : access == Access::load ? load_page : store_page;
}
constexpr std::uint64_t misaligned(Access access) {
  return access == Access::load ? load_misaligned : store_misaligned;
}
}  // namespace cause

/// Bits of mip and mie, which are also the causes of the interrupts.
enum class Interrupt : std::uint8_t {
  supervisor_software = 1,
  machine_software = 3,
  supervisor_timer = 5,
  machine_timer = 7,
  supervisor_external = 9,
  machine_external = 11,
};

}  // namespace kasane::cpu
