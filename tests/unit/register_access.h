/// Reads and writes a block's registers as software would, for the tests' benches.
#pragma once

#include <cstdint>
#include <stdexcept>

#include <systemc>
#include <tlm>

namespace kasane {

/// One access of 32 bits; returns what was read, or `value`. Throws std::logic_error where the block answers
/// with an error.
template <typename Socket>
std::uint32_t access_register(Socket& socket, tlm::tlm_command command, std::uint64_t offset,
                              std::uint32_t value) {
  tlm::tlm_generic_payload payload;
  payload.set_command(command);
  payload.set_address(offset);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  payload.set_data_length(sizeof(value));
  payload.set_streaming_width(sizeof(value));
  sc_core::sc_time delay;
  socket->b_transport(payload, delay);
  if (payload.is_response_error()) throw std::logic_error("register access failed");
  return value;
}

}  // namespace kasane
