/// What a run needs to know of its network before it runs.
#pragma once

#include "platform/run/run_recorder.h"
#include "platform/scenario/scenario.h"
#include "sw/compiler/package_view.h"

namespace kasane {

/// Layers and exits as the package lists them, with the scenario's thresholds. Throws std::invalid_argument
/// unless there is a threshold for every exit but the last.
NetworkFacts network_facts(const PackageView& package, const ExitsConfig& exits);

}  // namespace kasane
