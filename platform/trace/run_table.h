/// The table a run ends with: accuracy, then time and energy per image, per layer and per block.
#pragma once

#include <string>

#include "platform/trace/run_result.h"

namespace kasane {

/// Text of at most 100 columns.
std::string run_table(const RunResult& run, const HostResult& host);

/// A quantity with an SI prefix and three significant digits, as "12.3 uJ".
std::string with_unit(double value, const std::string& unit);

}  // namespace kasane
