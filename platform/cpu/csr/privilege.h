/// Privilege modes of a hart, and what it accesses memory for.
#pragma once

#include <cstdint>

namespace kasane {

/// With the codes that mstatus.MPP holds.
enum class Privilege : std::uint8_t { user = 0, supervisor = 1, machine = 3 };

namespace cpu {

enum class Access : std::uint8_t { fetch, load, store };  ///< an atomic access is a store, LR a load

}  // namespace cpu
}  // namespace kasane
