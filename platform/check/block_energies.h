/// The law of every trace of power: its integral is the ledger.
#pragma once

#include <string>
#include <vector>

#include "platform/check/findings.h"
#include "platform/check/ledger.h"

namespace kasane::checks {

struct BlockEnergy {
  std::string block;
  double joules = 0;  ///< sum of power x duration
};

/// Says for every block of ledger and trace whether they hold the same energy. `counts`: how much was added
/// up. A block without energy may be absent from the trace.
void compare_with_ledger(Findings& findings, const std::string& file, const Ledger& ledger,
                         const std::vector<BlockEnergy>& traced, const std::string& counts);

}  // namespace kasane::checks
