/// The names of control and status registers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace kasane::cpu {

/// As the privileged specification calls it, "mstatus"; of any other number "0x5c0".
std::string csr_name(std::uint32_t number);

/// The number of the register with this name.
std::optional<std::uint32_t> csr_number(const std::string& name);

}  // namespace kasane::cpu
