/// An engine's port to a memory or to the bus: bursts with timing annotation, tagged with their layer.
#pragma once

#include <cstdint>
#include <span>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>

#include "models/common/ids.h"
#include "models/common/transaction_tag.h"

namespace kasane {

/// Thrown where a transfer's target answers with an error.
struct BurstError {
  std::uint64_t address;
  tlm::tlm_response_status status;
};

class BurstPort {
 public:
  explicit BurstPort(const char* name) : socket(name) {}

  /// Reads or writes one burst that starts `delay` from now; returns when it is complete, as a delay from
  /// now. May call wait(). Throws BurstError.
  sc_core::sc_time read(std::uint64_t address, std::span<std::uint8_t> data, LayerId layer,
                        sc_core::sc_time delay);
  sc_core::sc_time write(std::uint64_t address, std::span<const std::uint8_t> data, LayerId layer,
                         sc_core::sc_time delay);

  /// As write, but the target adds each little-endian int32 to its contents, wrapping; address and size are
  /// multiples of 4. Targets that cannot do that answer with an error.
  sc_core::sc_time accumulate(std::uint64_t address, std::span<const std::uint8_t> data, LayerId layer,
                              sc_core::sc_time delay);

  tlm_utils::simple_initiator_socket_optional<BurstPort> socket;

 private:
  sc_core::sc_time transfer(tlm::tlm_command command, std::uint64_t address, std::uint8_t* data,
                            std::size_t bytes, const TransactionTag& tag, sc_core::sc_time delay);
};

}  // namespace kasane
