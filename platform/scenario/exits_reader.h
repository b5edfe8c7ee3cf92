/// Reads the scenario's `software.exits:` section.
#pragma once

#include "models/common/config/section.h"
#include "platform/scenario/scenario.h"

namespace kasane {

/// Throws ConfigError, also for segments on an engine that the chip does not have.
ExitsConfig read_exits(Section section, const ChipConfig& chip);

}  // namespace kasane
