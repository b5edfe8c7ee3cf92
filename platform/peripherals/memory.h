/// On-chip memory on the bus: RAM, and the ROM that the chip boots from.
#pragma once

#include <cstdint>
#include <string>

#include <systemc>
#include <tlm_utils/simple_target_socket.h>

#include "models/common/direct_memory_meter.h"
#include "models/common/energy_account.h"
#include "models/common/lazy_storage.h"
#include "models/common/power_domain.h"
#include "models/common/reservations.h"
#include "models/technology/technology.h"

namespace kasane {

struct MemoryConfig {
  std::uint64_t bytes = 1024 * 1024;  ///< a multiple of macros * width_bytes
  std::uint32_t width_bytes = 8;      ///< of the port, at least 1
  std::uint32_t macros = 1;           ///< SRAM macros, of which an access activates one
  std::uint32_t latency_cycles = 1;   ///< to the first word, at least 1; then one word a cycle
  bool direct_access = true;          ///< grants DMI
};

/// Single-ported SRAM. While its domain is not ready (unpowered, waking up or clock-gated) it answers
/// TLM_GENERIC_ERROR_RESPONSE and grants no DMI; losing power fills it with `lost_pattern`.
class Memory : public sc_core::sc_module, private DirectMemoryMeter {
 public:
  static constexpr std::uint8_t lost_pattern = 0xA5;

  tlm_utils::simple_target_socket<Memory> socket{"socket"};

  Memory(sc_core::sc_module_name name, const MemoryConfig& config, PowerDomain& domain,
         EnergyAccount& account, const Technology& technology);

  BlockId block() const { return block_; }

 protected:
  enum class Contents : std::uint8_t { volatile_data, fixed };
  Memory(sc_core::sc_module_name name, const MemoryConfig& config, PowerDomain& domain,
         EnergyAccount& account, const Technology& technology, Contents contents);

 private:
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned debug(tlm::tlm_generic_payload& payload);
  bool direct(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi);
  void book_direct_accesses(std::uint64_t reads, std::uint64_t writes, const Interval& when,
                            LayerId layer) override;
  DirectAccessCosts direct_access_costs() const override;
  std::uint64_t words_of_direct_access() const;
  void domain_changed();

  const MemoryConfig config_;
  const Contents contents_;
  PowerDomain& domain_;
  EnergyAccount& account_;
  const SramFigures macro_;
  BlockId block_;
  OperationId read_word_;
  OperationId write_word_;
  PortId port_id_;
  LazyStorage storage_;
  Reservations port_;
  Reservations busy_;
  bool lost_ = false;
  bool granted_ = false;  ///< somebody may hold DMI
};

/// Answers writes with TLM_COMMAND_ERROR_RESPONSE and grants DMI for reading only. Contents come by
/// transport_dbg and survive power gating. Energies are those of an SRAM of its size, an upper bound for a
/// mask ROM.
class BootRom : public Memory {
 public:
  BootRom(sc_core::sc_module_name name, const MemoryConfig& config, PowerDomain& domain,
          EnergyAccount& account, const Technology& technology)
      : Memory(name, config, domain, account, technology, Contents::fixed) {}
};

}  // namespace kasane
