/// `kasane compile`: what became of the network, as text.
#pragma once

#include <string>

#include "platform/run/run_recorder.h"
#include "sw/compiler/package_view.h"

namespace kasane {

/// The memory that the plan uses; each layer's engine, work and bytes; of several exits, each one's segment
/// and threshold. `network` is what network_facts says of `package`.
std::string package_table(const PackageView& package, const NetworkFacts& network);

}  // namespace kasane
