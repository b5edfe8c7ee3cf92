/// Reads the scenario's `chip:` section.
#pragma once

#include "models/common/config/section.h"
#include "platform/chip_config.h"

namespace kasane {

/// Fills a ChipConfig from the section; what the section leaves out keeps its default. Relative paths are
/// looked for in the file's folder and in `source`. Throws ConfigError.
ChipConfig read_chip(Section chip, const std::filesystem::path& source);

/// The same for a machine laid out as QEMU's virt.
MachineConfig read_virt_machine(Section chip);

}  // namespace kasane
