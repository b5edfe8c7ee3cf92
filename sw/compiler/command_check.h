/// Checks that a package's commands stay inside the memories that the package claims.
#pragma once

#include <cstdint>
#include <span>

#include "kasane/package.h"

namespace kasane {

/// Throws PackageError if command `index`, of this step, is unknown, malformed or leaves its
/// memories.
void check_command(const kasane_package_header& header, const kasane_step& step,
                   std::span<const std::uint8_t> command, std::uint32_t index);

}  // namespace kasane
