/// Knows on whose behalf hardware works: a hart's instructions, or the code that rang an engine's doorbell.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include <systemc>

#include "models/common/energy_account.h"
#include "platform/profile/ledger.h"

namespace kasane::profile {

/// Tells by the kernel's process that is running: the hart's, or one of an engine or of a module within it.
class JobSites {
 public:
  JobSites(const sc_core::sc_object& hart, const EnergyAccount& account);

  struct Cause {
    Site site;
    std::optional<BlockId> engine;
  };
  /// Who causes what happens now; `running` is where the hart is.
  Cause cause(const Site& running);
  bool in_hart() { return source().is_hart; }

  /// The present process starts a list of commands on the engine; `running` is the function that does, if it
  /// is the hart's.
  void begin_job(BlockId engine, const Site& running) { jobs_[engine.index] = cause(running).site; }

 private:
  struct Source {
    bool is_hart = false;
    std::vector<std::uint32_t> engines;  ///< that the process belongs to, the innermost first
  };
  const Source& source();
  Source find(const sc_core::sc_object* process) const;

  const sc_core::sc_object& hart_;
  const EnergyAccount& account_;
  std::vector<Site> jobs_;  ///< of each block's latest list
  std::map<const sc_core::sc_object*, Source> sources_;
  const sc_core::sc_object* last_process_ = nullptr;
  const Source* last_source_ = nullptr;
};

}  // namespace kasane::profile
