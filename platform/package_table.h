/// `kasane compile`: what became of the network, as text.
#pragma once

#include <string>

#include "sw/compiler/package_view.h"

namespace kasane {

/// The memory that the plan uses; each layer's engine, work and bytes; of several exits, each one's segment.
std::string package_table(const PackageView& package);

}  // namespace kasane
