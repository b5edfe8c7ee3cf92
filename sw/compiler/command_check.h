/// Checks that a package's commands stay inside the memories that the package claims.
#pragma once

#include <cstdint>
#include <span>

#include "kasane/package.h"

namespace kasane {

/// Throws PackageError if command `index`, of a step of this kind, is unknown, malformed or leaves its
/// memories.
void check_command(const kasane_package_header& header, std::uint16_t step_kind,
                   std::span<const std::uint8_t> command, std::uint32_t index);

}  // namespace kasane
