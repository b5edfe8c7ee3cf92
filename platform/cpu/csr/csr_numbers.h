/// Numbers of the control and status registers that a hart has.
#pragma once

#include <cstdint>

namespace kasane::cpu::csr {

inline constexpr std::uint32_t fflags = 0x001;
inline constexpr std::uint32_t frm = 0x002;
inline constexpr std::uint32_t fcsr = 0x003;

inline constexpr std::uint32_t sstatus = 0x100;
inline constexpr std::uint32_t sie = 0x104;
inline constexpr std::uint32_t stvec = 0x105;
inline constexpr std::uint32_t scounteren = 0x106;
inline constexpr std::uint32_t senvcfg = 0x10A;
inline constexpr std::uint32_t sscratch = 0x140;
inline constexpr std::uint32_t sepc = 0x141;
inline constexpr std::uint32_t scause = 0x142;
inline constexpr std::uint32_t stval = 0x143;
inline constexpr std::uint32_t sip = 0x144;
inline constexpr std::uint32_t satp = 0x180;

inline constexpr std::uint32_t mstatus = 0x300;
inline constexpr std::uint32_t misa = 0x301;
inline constexpr std::uint32_t medeleg = 0x302;
inline constexpr std::uint32_t mideleg = 0x303;
inline constexpr std::uint32_t mie = 0x304;
inline constexpr std::uint32_t mtvec = 0x305;
inline constexpr std::uint32_t mcounteren = 0x306;
inline constexpr std::uint32_t menvcfg = 0x30A;
inline constexpr std::uint32_t mcountinhibit = 0x320;
inline constexpr std::uint32_t mhpmevent3 = 0x323;
inline constexpr std::uint32_t mhpmevent31 = 0x33F;
inline constexpr std::uint32_t mscratch = 0x340;
inline constexpr std::uint32_t mepc = 0x341;
inline constexpr std::uint32_t mcause = 0x342;
inline constexpr std::uint32_t mtval = 0x343;
inline constexpr std::uint32_t mip = 0x344;
inline constexpr std::uint32_t pmpcfg0 = 0x3A0;  ///< even numbers only, eight entries each
inline constexpr std::uint32_t pmpcfg14 = 0x3AE;
inline constexpr std::uint32_t pmpaddr0 = 0x3B0;
inline constexpr std::uint32_t pmpaddr63 = 0x3EF;
inline constexpr std::uint32_t mcycle = 0xB00;
inline constexpr std::uint32_t minstret = 0xB02;
inline constexpr std::uint32_t mhpmcounter3 = 0xB03;
inline constexpr std::uint32_t mhpmcounter31 = 0xB1F;

inline constexpr std::uint32_t cycle = 0xC00;
inline constexpr std::uint32_t time = 0xC01;
inline constexpr std::uint32_t instret = 0xC02;
inline constexpr std::uint32_t hpmcounter31 = 0xC1F;

inline constexpr std::uint32_t mvendorid = 0xF11;
inline constexpr std::uint32_t marchid = 0xF12;
inline constexpr std::uint32_t mimpid = 0xF13;
inline constexpr std::uint32_t mhartid = 0xF14;
inline constexpr std::uint32_t mconfigptr = 0xF15;

}  // namespace kasane::cpu::csr
