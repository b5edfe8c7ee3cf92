/// Writes the steps and commands that execute a quantised network under a memory plan.
#pragma once

#include "sw/compiler/memory_plan.h"
#include "sw/compiler/package_writer.h"

namespace kasane::compiler {

/// Of a network with several outputs, segments on engines end with the exit unit if the chip has one.
PackageContents lower(const Graph& graph, const QuantizedNetwork& network, const MemoryPlan& plan,
                      bool exit_unit = false);

}  // namespace kasane::compiler
