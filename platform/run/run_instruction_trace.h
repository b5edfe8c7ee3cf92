/// The instruction trace of a run: from the selection to the file in the run's folder.
#pragma once

#include <optional>

#include "platform/profile/code_map.h"
#include "platform/run/run_setup.h"
#include "platform/trace/instructions/instruction_tracer.h"
#include "platform/trace/run_paths.h"

namespace kasane {

class RunInstructionTrace {
 public:
  /// Throws std::invalid_argument where the programs of the run have no such function, or several. The run
  /// outlives the trace.
  RunInstructionTrace(const InstructionSelection& selection, const ReadyRun& run);

  /// Follows the hart from now on; before the simulation. Throws OutputError, as the others do.
  void start(const RunPaths& paths);
  void poll();
  /// The file is complete; says on standard error where nothing of what was selected has come to pass.
  void finish();

 private:
  CodePlace name_code(std::uint64_t address) const;

  InstructionSelection selection_;
  Hart& hart_;
  profile::CodeMap code_;
  std::optional<CodeRange> function_;
  std::optional<InstructionLog> log_;
  std::optional<InstructionTracer> tracer_;
};

}  // namespace kasane
