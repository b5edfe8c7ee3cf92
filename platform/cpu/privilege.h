/// The privilege modes of a hart.
#pragma once

#include <cstdint>

namespace kasane {

/// Numbered as the privileged architecture does, in mstatus.MPP and elsewhere.
enum class Privilege : std::uint8_t { user = 0, supervisor = 1, machine = 3 };

}  // namespace kasane
