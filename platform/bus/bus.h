/// The interconnect: decodes addresses, arbitrates, forwards transport, debug access and DMI.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <systemc>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "models/common/energy_account.h"
#include "models/common/power_domain.h"
#include "models/common/reservations.h"
#include "models/technology/technology.h"
#include "platform/bus/address_decoder.h"
#include "platform/bus/data_path.h"

namespace kasane {

enum class BusTopology : std::uint8_t {
  shared,    ///< one data path for all
  crossbar,  ///< one data path for each target
};

struct BusInitiator {
  std::string name;
  std::uint32_t priority = 0;  ///< for fixed_priority; 0 goes first
};

struct BusConfig {
  std::vector<BusInitiator> initiators;  ///< at least one; names are unique
  std::vector<AddressWindow> targets;    ///< at least one; names are unique
  std::uint32_t width_bytes = 8;         ///< moved by a path in a cycle, at least 1
  BusTopology topology = BusTopology::shared;
  Arbitration arbitration = Arbitration::round_robin;
  std::uint32_t address_cycles = 1;     ///< from the grant to the arrival at the target; pipelined
  std::uint32_t max_burst_bytes = 256;  ///< after these a burst gives way to others; multiple of width
};

/// A chunk of at most max_burst_bytes takes its path for one cycle a word of width_bytes touched. Requests
/// and data are split: a path is not held while a target looks for its data, and data flow through as the
/// target delivers them, so a chunk ends with the later of target and bus.
///
/// A burst of one chunk that finds its path free costs no wait(). Longer ones wait() after each chunk but the
/// last, so that others get between. Bursts with byte enables or streaming are not split.
///
/// Targets get addresses relative to their window. Unmapped addresses, and bursts across a window's end, are
/// answered with TLM_ADDRESS_ERROR_RESPONSE, all while the bus is gated with TLM_GENERIC_ERROR_RESPONSE;
/// targets' responses pass unchanged.
class Bus : public sc_core::sc_module {
 public:
  using TargetSocket = tlm_utils::simple_target_socket_tagged<Bus>;
  using InitiatorSocket = tlm_utils::simple_initiator_socket_tagged<Bus>;

  Bus(sc_core::sc_module_name name, const BusConfig& config, PowerDomain& domain, EnergyAccount& account,
      const Technology& technology);

  /// The socket to which the initiator of this name is bound. Throws std::invalid_argument if there is none.
  TargetSocket& initiator(std::string_view name);
  /// The socket that is bound to the target of this name. Throws std::invalid_argument if there is none.
  InitiatorSocket& target(std::string_view name);

  BlockId block() const { return block_; }
  const BusConfig& config() const { return config_; }
  std::uint64_t contended() const;  ///< chunks that had to wait for others
  sc_core::sc_time waited() const;  ///< sum of their waiting times

 private:
  void transport(int initiator, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned debug(int initiator, tlm::tlm_generic_payload& payload);
  bool direct(int initiator, tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi);
  void invalidate(int target, sc_dt::uint64 start, sc_dt::uint64 end);

  /// Moves the payload, whose address is already relative, in one go.
  void move_chunk(std::size_t initiator, std::size_t target, tlm::tlm_generic_payload& payload,
                  sc_core::sc_time& delay);
  void move_in_chunks(std::size_t initiator, std::size_t target, tlm::tlm_generic_payload& payload,
                      sc_core::sc_time& delay);
  DataPath& path_to(std::size_t target) { return *paths_[paths_.size() == 1 ? 0 : target]; }

  const BusConfig config_;
  PowerDomain& domain_;
  EnergyAccount& account_;
  AddressDecoder decoder_;
  BlockId block_;
  OperationId hop_;
  std::vector<PortId> ports_;  ///< by initiator
  std::vector<std::unique_ptr<TargetSocket>> from_;
  std::vector<std::unique_ptr<InitiatorSocket>> to_;
  std::vector<std::unique_ptr<DataPath>> paths_;
  Reservations busy_;
};

}  // namespace kasane
