/// What a run needs to know of its network before it runs.
#pragma once

#include <vector>

#include "platform/run/run_recorder.h"
#include "sw/compiler/package_view.h"

namespace kasane {

/// Layers and exits as the package lists them; exits without thresholds, which are no part of it.
NetworkFacts network_facts(const PackageView& package);

/// The entropies, in nats, below which images leave by each exit but the last. Throws std::invalid_argument
/// unless there are as many.
void set_thresholds(NetworkFacts& network, const std::vector<double>& nats);

}  // namespace kasane
