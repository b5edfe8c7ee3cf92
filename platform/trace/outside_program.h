/// Programs of others that a run uses at its end.
#pragma once

#include <string>
#include <vector>

namespace kasane {

struct ProgramEnd {
  bool started = false;
  bool good = false;    ///< it ran, and ended with code 0
  std::string failure;  ///< why it is not good, as one line
};

/// Runs a program, found on the PATH unless its name holds a slash, and waits for its end.
ProgramEnd run_outside_program(const std::vector<std::string>& command);

}  // namespace kasane
