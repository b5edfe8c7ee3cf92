/// Sizes and answers that the parts of the protocol agree on.
#pragma once

#include <cstddef>

namespace kasane::gdb {

/// The longest payload that is accepted, and promised to the client as PacketSize.
inline constexpr std::size_t longest_payload = 0x4000;

/// A request that cannot be fulfilled; GDB does not look at the number.
inline constexpr const char* error_reply = "E01";

}  // namespace kasane::gdb
