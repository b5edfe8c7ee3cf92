/// An on-chip memory of many banks, with ports for engines and one for the bus. Consecutive words lie in
/// consecutive banks; each bank serves one word a cycle, each port moves its width a cycle.
#pragma once

#include <cstdint>
#include <vector>

#include <systemc>
#include <tlm_utils/simple_target_socket.h>

#include "models/common/energy_account.h"
#include "models/common/lazy_storage.h"
#include "models/common/power_domain.h"
#include "models/common/reservations.h"
#include "models/technology/technology.h"

namespace kasane {

struct BankedSramConfig {
  std::uint64_t bytes = 256 * 1024;     ///< a multiple of banks * bank_width_bytes
  std::uint32_t banks = 8;              ///< at least 1
  std::uint32_t bank_width_bytes = 8;   ///< a word; at least 1
  std::uint32_t engine_ports = 1;       ///< at least 1
  std::uint32_t port_width_bytes = 32;  ///< of an engine's port, at least 1
  std::uint32_t bus_width_bytes = 8;    ///< of the bus port, at least 1
  bool accumulates = false;  ///< banks can add int32 to their contents: words of 4 bytes or multiples
};

/// A burst takes ceil(bytes / port width) cycles of its port. From the moment its port is free it also takes
/// from each bank as many cycles as it touches words there; banks that are taken make it late, and its port
/// waits with it. It ends with the last of these. No DMI: every byte crosses a transaction.
///
/// A burst that accumulates (transaction_tag.h) reads, adds and writes back each word it touches: two cycles
/// a word in its bank, for which the bank has an adder for every 4 bytes of a word.
///
/// While its domain is not ready (unpowered, waking up or clock-gated) every access is answered with
/// TLM_GENERIC_ERROR_RESPONSE. Losing power fills the memory with `lost_pattern`.
class BankedSram : public sc_core::sc_module {
 public:
  static constexpr std::uint8_t lost_pattern = 0xA5;

  using Port = tlm_utils::simple_target_socket_tagged<BankedSram>;
  sc_core::sc_vector<Port> engine_ports;
  Port bus{"bus"};

  BankedSram(sc_core::sc_module_name name, const BankedSramConfig& config, PowerDomain& domain,
             EnergyAccount& account, const Technology& technology);

  BlockId block() const { return block_; }
  const BankedSramConfig& config() const { return config_; }

 private:
  void transport(int port, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned debug(int port, tlm::tlm_generic_payload& payload);
  /// Reserves port and banks for a burst that arrives at `arrival`; returns when it is served.
  Interval serve(std::size_t port, std::uint64_t address, std::uint64_t bytes, std::uint64_t cycles_a_word,
                 sc_core::sc_time arrival);
  tlm::tlm_response_status check(const tlm::tlm_generic_payload& payload, bool accumulate) const;
  void book(std::size_t port, const tlm::tlm_generic_payload& payload, bool accumulate,
            const Interval& served);
  void power_changed();

  const BankedSramConfig config_;
  PowerDomain& domain_;
  EnergyAccount& account_;
  const SramFigures macro_;  ///< of one bank
  BlockId block_;
  OperationId read_word_;
  OperationId write_word_;
  OperationId add_;               ///< of a memory that accumulates
  std::vector<PortId> port_ids_;  ///< the engines', then the bus's
  LazyStorage storage_;
  std::vector<Reservations> banks_;
  std::vector<Reservations> ports_;  ///< the engines', then the bus's
  Reservations busy_;
  bool lost_ = false;
};

}  // namespace kasane
