/// Which instructions of a run are traced.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

namespace kasane {

/// Those that begin within [begin, end) and, where a function is named, within a call of it: from its first
/// instruction until it returns, with all it calls and the traps that come in between.
struct InstructionSelection {
  static constexpr std::uint64_t for_ever = std::numeric_limits<std::uint64_t>::max();

  std::string text = "all";      ///< as it was written
  std::uint64_t begin = 0;       ///< picoseconds
  std::uint64_t end = for_ever;  ///< exclusive
  std::string function;          ///< empty: any code
  std::uint64_t call = 0;        ///< its n-th call from the run's beginning on; 0: every one

  bool in_window(std::uint64_t time) const { return time >= begin && time < end; }
};

/// "all", a window "10us..20us" (either end may be missing), a function "convolve" or one call of it
/// "convolve#3", or a window and a function with a comma between them. Throws std::invalid_argument with one
/// line that says what was expected.
InstructionSelection parse_instruction_selection(const std::string& text);

}  // namespace kasane
