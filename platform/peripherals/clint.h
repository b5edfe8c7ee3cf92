/// Core-local interruptor: software interrupts and the machine timer of each hart. See kasane/clint.h.
#pragma once

#include <cstdint>
#include <vector>

#include "platform/peripherals/register_block.h"

namespace kasane {

struct ClintConfig {
  std::uint64_t timebase_hertz = 10'000'000;  ///< at which mtime counts, whatever the domain's clock does
  std::uint32_t harts = 1;                    ///< 1 to 4095
};

/// mtime is computed from simulated time and costs nothing while it counts; one event waits for the nearest
/// compare value.
class Clint : public RegisterBlock {
 public:
  sc_core::sc_vector<sc_core::sc_out<bool>> timer_interrupt;     ///< one per hart: mtime >= mtimecmp
  sc_core::sc_vector<sc_core::sc_out<bool>> software_interrupt;  ///< one per hart: msip

  Clint(sc_core::sc_module_name name, const ClintConfig& config, PowerDomain& domain, EnergyAccount& account,
        const Technology& technology);

  /// Value of mtime at this moment, now or soon, for the hart's time CSR.
  std::uint64_t mtime(const sc_core::sc_time& at = sc_core::sc_time_stamp()) const {
    return ticks(at) + offset_;
  }

 private:
  void add_registers();
  void add_half(const char* name, std::uint64_t offset, std::uint64_t& word, unsigned shift);
  void write_mtime(std::uint32_t value, unsigned shift);
  std::uint64_t ticks(const sc_core::sc_time& at = sc_core::sc_time_stamp()) const;
  void update();

  ClintConfig config_;
  std::uint64_t offset_ = 0;  ///< mtime minus the ticks since the start of the simulation, modulo 2^64
  std::vector<std::uint64_t> compare_;
  std::vector<LevelId> timer_wires_;     ///< by hart
  std::vector<LevelId> software_wires_;  ///< likewise
  sc_core::sc_event changed_;
  sc_core::sc_event reached_;
};

}  // namespace kasane
