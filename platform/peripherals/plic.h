/// Platform-level interrupt controller, RISC-V PLIC specification 1.0.0. See kasane/plic.h for its registers.
#pragma once

#include <cstdint>
#include <vector>

#include "platform/peripherals/register_block.h"

namespace kasane {

struct PlicConfig {
  std::uint32_t sources = 31;       ///< 1 to 1023; source numbers begin at 1
  std::uint32_t contexts = 1;       ///< 1 to 64
  std::uint32_t priority_bits = 3;  ///< 1 to 32; priority 0 never interrupts
};

/// All sources are level-triggered. A gateway forwards one request and no further before its completion; a
/// request once forwarded stays pending though its line falls.
class Plic : public RegisterBlock {
 public:
  sc_core::sc_vector<sc_core::sc_in<bool>> sources;          ///< [s - 1] is source s; see source()
  sc_core::sc_vector<sc_core::sc_out<bool>> hart_interrupt;  ///< one per context

  Plic(sc_core::sc_module_name name, const PlicConfig& config, PowerDomain& domain, EnergyAccount& account,
       const Technology& technology);

  /// The input of a source by its number, from 1.
  sc_core::sc_in<bool>& source(std::uint32_t number) { return sources.at(number - 1); }

 private:
  struct Source {
    std::uint32_t priority = 0;
    bool pending = false;
    bool in_service = false;  ///< claimed and not yet completed: the gateway is shut
    sc_core::sc_time claimed;
  };
  struct Context {
    std::vector<bool> enabled;
    std::uint32_t threshold = 0;
  };

  void add_source_registers();
  void add_context_registers(std::uint32_t index);
  std::uint32_t pending_word(std::uint32_t word) const;
  std::uint32_t enable_word(const Context& context, std::uint32_t word) const;
  void write_enable_word(Context& context, std::uint32_t word, std::uint32_t value);
  std::uint32_t best(const Context& context) const;
  std::uint32_t claim(const Context& context);
  void complete(const Context& context, std::uint32_t number);
  void changed() { changed_.notify(sc_core::SC_ZERO_TIME); }
  void update();

  EnergyAccount& account_;
  std::vector<LevelId> wires_;  ///< to each context's hart
  std::uint32_t priority_mask_;
  std::vector<Source> source_states_;  ///< [0] does not exist and never pends
  std::vector<Context> contexts_;
  sc_core::sc_event changed_;
};

}  // namespace kasane
