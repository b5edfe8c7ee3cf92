/// Names for the code of a run.
#pragma once

#include "platform/profile/code_map.h"
#include "platform/run/run_setup.h"

namespace kasane {

/// By the run's programs; code that these do not name by the memory that it lies in. Throws
/// std::runtime_error where a program cannot be read.
profile::CodeMap code_map(const ReadyRun& run);

}  // namespace kasane
