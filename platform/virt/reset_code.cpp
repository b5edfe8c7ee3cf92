#include "platform/virt/reset_code.h"

#include <array>
#include <cstring>

namespace kasane {
namespace {

/// pc-relative, so that it is the same wherever the ROM lies.
constexpr std::array<std::uint32_t, 6> code{
    0x00000297,  // auipc t0, 0          t0 = base
    0xF1402573,  // csrr  a0, mhartid
    0x0202B583,  // ld    a1, 0x20(t0)   the device tree
    0x02828613,  // addi  a2, t0, 0x28   the information
    0x0182B283,  // ld    t0, 0x18(t0)   the firmware
    0x00028067,  // jr    t0
};

/// OpenSBI's include/sbi/fw_dynamic.h, version 2.
struct FirmwareInformation {
  std::uint64_t magic = 0x4942534F;  // "OSBI"
  std::uint64_t version = 2;
  std::uint64_t next_address = 0;
  std::uint64_t next_mode = 1;  ///< supervisor
  std::uint64_t options = 0;
  std::uint64_t boot_hart = 0;
};

/// What lies behind the code.
struct Words {
  std::uint64_t firmware;
  std::uint64_t device_tree;
  FirmwareInformation information;
};
static_assert(sizeof(code) == 0x18);

}  // namespace

std::vector<std::uint8_t> reset_code(const BootTargets& targets) {
  const Words words{targets.firmware, targets.device_tree, {.next_address = targets.payload}};
  std::vector<std::uint8_t> rom(sizeof(code) + sizeof(words));
  std::memcpy(rom.data(), code.data(), sizeof(code));
  std::memcpy(rom.data() + sizeof(code), &words, sizeof(words));
  return rom;
}

}  // namespace kasane
