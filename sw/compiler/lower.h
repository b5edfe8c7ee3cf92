/// Writes the steps and commands that execute a quantised network under a memory plan.
#pragma once

#include "sw/compiler/memory_plan.h"
#include "sw/compiler/package_writer.h"

namespace kasane::compiler {

PackageContents lower(const Graph& graph, const QuantizedNetwork& network, const MemoryPlan& plan);

}  // namespace kasane::compiler
