/// The signals of waves.vcd: names, scopes and kinds, for the file itself and for GTKWave's save file.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "platform/trace/recording/trace_layout.h"

namespace kasane {

enum class VcdKind : std::uint8_t { real, wire, integer, text };

struct VcdSignal {
  std::string scope;  ///< below "kasane"; empty: in it
  std::string name;
  VcdKind kind = VcdKind::real;
  std::string code;  ///< the identifier that stands for it in the file
};

/// Signals by what they show; those of one scope follow each other in `all`.
struct VcdSignals {
  explicit VcdSignals(const TraceLayout& layout);

  std::vector<VcdSignal> all;
  std::size_t total = 0;                   ///< index of the total power
  std::vector<std::size_t> power;          ///< by block
  std::vector<std::size_t> bandwidth;      ///< by port
  std::vector<std::size_t> levels;         ///< by level
  std::vector<std::size_t> states;         ///< by worker
  std::vector<std::size_t> domain_volts;   ///< by domain
  std::vector<std::size_t> domain_hertz;   ///< likewise
  std::vector<std::size_t> domain_states;  ///< likewise

 private:
  std::size_t add(const std::string& scope, const std::string& name, VcdKind kind);
};

/// A name as VCD has it: without blanks.
std::string vcd_name(const std::string& text);

}  // namespace kasane
