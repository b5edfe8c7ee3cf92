/// Sees how an engine is driven: software's call to its driver, and the list of commands that follows.
#pragma once

#include <cstdint>

#include <systemc>
#include <tlm>

#include "models/common/energy_account.h"
#include "models/common/ids.h"

namespace kasane {

/// Tells observers of driver calls and jobs. Software's call begins with the first register that a list needs
/// and ends with the doorbell. Hardware that drives the engine tags its transactions, software does not.
class JobWatch {
 public:
  JobWatch(EnergyAccount& account, BlockId engine) : account_(account), engine_(engine) {}

  /// A register of the idle engine is accessed.
  void on_access(const tlm::tlm_generic_payload& payload);
  /// What was set up is forgotten.
  void on_reset() { setting_up_ = false; }

  /// The doorbell has started a list.
  void begin_job();
  /// Of the list's first command.
  void set_layer(LayerId layer) { layer_ = layer; }
  void end_job();

 private:
  EnergyAccount& account_;
  BlockId engine_;
  bool setting_up_ = false;
  sc_core::sc_time call_begin_;
  std::uint32_t calls_ = 0;  ///< of software so far
  std::uint32_t job_ = 0;    ///< the call that the present list belongs to; 0: hardware rang
  sc_core::sc_time job_begin_;
  LayerId layer_ = no_layer;
};

}  // namespace kasane
