#include "platform/loader/boot_image.h"

#include <array>
#include <cstring>

namespace kasane {
namespace {

constexpr std::size_t entry_offset = 0x18;
constexpr std::size_t info_offset = 0x40;

/// pc-relative, so that it is the same wherever the ROM lies.
constexpr std::array<std::uint32_t, 6> code{
    0xF1402573,  // csrr  a0, mhartid
    0x00000597,  // auipc a1, 0            a1 = base + 4
    0x03C58593,  // addi  a1, a1, 0x3C     a1 = base + info_offset
    0x00000297,  // auipc t0, 0            t0 = base + 12
    0x00C2B283,  // ld    t0, 12(t0)       the entry, at entry_offset
    0x00028067,  // jr    t0
};
static_assert(sizeof(code) == entry_offset);

}  // namespace

std::vector<std::uint8_t> boot_image(std::uint64_t entry, kasane_boot_info info,
                                     const std::vector<kasane_device>& devices) {
  info.device_count = static_cast<std::uint32_t>(devices.size());
  std::vector<std::uint8_t> rom(info_offset + sizeof(info) + devices.size() * sizeof(kasane_device));
  std::memcpy(rom.data(), code.data(), sizeof(code));
  std::memcpy(rom.data() + entry_offset, &entry, sizeof(entry));
  std::memcpy(rom.data() + info_offset, &info, sizeof(info));
  if (!devices.empty()) {
    std::memcpy(rom.data() + info_offset + sizeof(info), devices.data(),
                devices.size() * sizeof(kasane_device));
  }
  return rom;
}

}  // namespace kasane
