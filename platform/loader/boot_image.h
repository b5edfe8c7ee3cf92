/// What the boot ROM holds: a few instructions that enter the firmware, and the boot information it finds.
#pragma once

#include <cstdint>
#include <vector>

#include "kasane/boot_info.h"

namespace kasane {

/// Boot ROM contents: a0 = mhartid, a1 = address of the boot information (behind the
/// code, 64-byte aligned), jump to `entry`. `info.device_count` is filled in from `devices`.
std::vector<std::uint8_t> boot_image(std::uint64_t entry, kasane_boot_info info,
                                     const std::vector<kasane_device>& devices);

}  // namespace kasane
