/// Which traces a run writes, and how.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include <systemc>

#include "platform/trace/instructions/instruction_selection.h"

namespace kasane {

enum class TraceFormat : std::uint8_t { power, perfetto, vcd, fst, results };

/// "all", "none", or a list such as "power,perfetto". Throws std::invalid_argument naming the word it does
/// not know.
std::set<TraceFormat> parse_traces(const std::string& text);

struct TraceConfig {
  std::set<TraceFormat> formats{TraceFormat::power, TraceFormat::perfetto, TraceFormat::vcd,
                                TraceFormat::results};
  sc_core::sc_time power_window{10, sc_core::SC_US};  ///< a whole number of nanoseconds, up to a second
  bool compress = false;                              ///< of trace.pftrace
  std::optional<InstructionSelection> instructions;   ///< that instructions.log is to hold; absent: no log
};

}  // namespace kasane
