/// What must hold of summary.json by itself.
#pragma once

#include "platform/check/findings.h"
#include "platform/check/ledger.h"

namespace kasane::checks {

/// Blocks, layers, times, ranges and regions add up. Keys that are absent are said to be skipped.
void check_summary(const Ledger& ledger, Findings& findings);

}  // namespace kasane::checks
