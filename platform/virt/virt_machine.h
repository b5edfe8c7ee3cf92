/// A machine laid out as QEMU's riscv `virt`, on which firmware of others boots.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "platform/loader/elf.h"
#include "platform/machine.h"
#include "platform/peripherals/test_finisher.h"

namespace kasane {

/// What boots: each as read, and the name to use in messages.
struct BootImages {
  ElfImage firmware;
  std::string firmware_name;
  ElfImage payload;
  std::string payload_name;
};

/// One hart, DRAM, UART, CLINT, PLIC and the test finisher; none of virt's flash, RTC, PCI and virtio.
class VirtMachine : public Machine {
 public:
  /// `console` gets every byte of the UART, `observer` the exit code; both outlive the machine.
  VirtMachine(sc_core::sc_module_name name, const MachineConfig& config, const Technology& technology,
              std::function<void(char)> console, RunObserver& observer);

  const RegisterBank* registers(std::uint32_t kind) const override;

  /// Where a raw image of the firmware lies, and where one of the payload does.
  static constexpr std::uint64_t firmware_address = 0x8000'0000;
  static constexpr std::uint64_t payload_address = 0x8020'0000;

  /// Places firmware, payload and device tree in DRAM and the code that starts them in the boot ROM.
  void load_boot(const BootImages& images);

  /// The machine as software is told of it.
  std::vector<std::uint8_t> device_tree_blob();

 private:
  static Plan plan(const MachineConfig& config);
  std::uint64_t device_tree_address(std::size_t bytes) const;

  const MachineConfig config_;
  TestFinisher test_finisher_;
};

}  // namespace kasane
