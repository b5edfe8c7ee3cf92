/// The boot ROM of a machine that starts OpenSBI.
#pragma once

#include <cstdint>
#include <vector>

namespace kasane {

struct BootTargets {
  std::uint64_t firmware = 0;     ///< where the hart goes from reset, in machine mode
  std::uint64_t device_tree = 0;  ///< its address
  std::uint64_t payload = 0;      ///< where firmware goes from there, in supervisor mode
};

/// Enters the firmware with a0 = mhartid, a1 = the device tree, a2 = OpenSBI's struct fw_dynamic_info, which
/// names the payload and lies behind the code. Firmware that does not look at a2 may be used as well.
std::vector<std::uint8_t> reset_code(const BootTargets& targets);

}  // namespace kasane
