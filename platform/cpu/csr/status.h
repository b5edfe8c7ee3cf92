/// The fields of mstatus. sstatus shows some of them.
#pragma once

#include <cstdint>

#include "platform/cpu/csr/privilege.h"

namespace kasane::cpu::status {

inline constexpr std::uint64_t sie = 1u << 1;
inline constexpr std::uint64_t mie = 1u << 3;
inline constexpr std::uint64_t spie = 1u << 5;
inline constexpr std::uint64_t mpie = 1u << 7;
inline constexpr std::uint64_t spp = 1u << 8;
inline constexpr unsigned mpp_position = 11;
inline constexpr std::uint64_t mpp = 3u << mpp_position;
inline constexpr std::uint64_t fs = 3u << 13;  ///< off, initial, clean, dirty
inline constexpr std::uint64_t mprv = 1u << 17;
inline constexpr std::uint64_t sum = 1u << 18;
inline constexpr std::uint64_t mxr = 1u << 19;
inline constexpr std::uint64_t tvm = 1u << 20;
inline constexpr std::uint64_t tw = 1u << 21;
inline constexpr std::uint64_t tsr = 1u << 22;
inline constexpr std::uint64_t uxl_64 = std::uint64_t{2} << 32;
inline constexpr std::uint64_t sxl_64 = std::uint64_t{2} << 34;
inline constexpr std::uint64_t sd = std::uint64_t{1} << 63;

inline constexpr std::uint64_t supervisor_fields = sie | spie | spp | fs | sum | mxr;
inline constexpr std::uint64_t machine_fields = supervisor_fields | mie | mpie | mpp | mprv | tvm | tw | tsr;

/// The mode that MRET returns to.
constexpr Privilege previous_mode(std::uint64_t value) {
  return static_cast<Privilege>((value & mpp) >> mpp_position);
}

}  // namespace kasane::cpu::status
