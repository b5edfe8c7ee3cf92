/// Programs of others that a run uses at its end.
#pragma once

#include <string>
#include <vector>

namespace kasane {

/// Runs a program, found on the PATH unless its name holds a slash, and waits for its end. Returns "" if it
/// ended well, else why not, as one line.
std::string run_outside_program(const std::vector<std::string>& command);

}  // namespace kasane
