/// External DRAM on the bus: storage, energy and power states around DramTiming.
#pragma once

#include <systemc>
#include <tlm_utils/simple_target_socket.h>

#include "models/common/direct_memory_meter.h"
#include "models/common/energy_account.h"
#include "models/common/lazy_storage.h"
#include "models/common/power_domain.h"
#include "models/technology/technology.h"
#include "platform/peripherals/dram_timing.h"

namespace kasane {

/// The DRAM has its own supply: its energies do not scale with the domain's voltage. The domain gates it:
/// without clock it is in power-down and keeps its contents, without power its contents are lost (zeros); in
/// both, and while waking up, accesses are answered with TLM_GENERIC_ERROR_RESPONSE.
///
/// Standby power of precharged banks and the average power of refresh are background; activates, precharges
/// and bits are booked as they happen, and the time that rows are open as "dram_row_open_ns", which costs the
/// difference between active and precharged standby. Area is not the chip's: 0.
class Dram : public sc_core::sc_module, private DirectMemoryMeter {
 public:
  tlm_utils::simple_target_socket<Dram> socket{"socket"};

  Dram(sc_core::sc_module_name name, const DramConfig& config, PowerDomain& domain, EnergyAccount& account,
       const Technology& technology);

  BlockId block() const { return block_; }
  const DramStatistics& statistics() const { return timing_.statistics(); }

 private:
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned debug(tlm::tlm_generic_payload& payload);
  bool direct(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi);
  void book_direct_accesses(std::uint64_t reads, std::uint64_t writes, const Interval& when,
                            LayerId layer) override;
  DirectAccessCosts direct_access_costs() const override;
  void domain_changed();
  void book_access(const DramTiming::Served& served, bool read, std::uint64_t bytes, LayerId layer);

  const DramConfig config_;
  PowerDomain& domain_;
  EnergyAccount& account_;
  DramTiming timing_;
  BlockId block_;
  OperationId activate_;
  OperationId precharge_;
  OperationId read_bit_;
  OperationId write_bit_;
  OperationId row_open_ns_;
  PortId port_id_;
  Figure standby_watts_;
  Figure power_down_watts_;
  Figure refresh_watts_;
  LazyStorage storage_;
  Reservations busy_;
  bool granted_ = false;
};

}  // namespace kasane
