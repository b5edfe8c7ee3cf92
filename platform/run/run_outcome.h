/// What a run came to: its facts, those of the host, and the exit code.
#pragma once

#include "models/technology/technology.h"
#include "platform/console/console_script.h"
#include "platform/run/host_usage.h"
#include "platform/run/run.h"
#include "platform/run/run_recorder.h"
#include "platform/run/run_setup.h"
#include "platform/simulation.h"
#include "platform/trace/run_result.h"

namespace kasane {

/// All but the peaks, which the recording knows.
RunResult run_result(const Scenario& scenario, const ReadyRun& run, const RunRecorder& recorder,
                     const Technology& technology, Ending ending);

/// What the run has cost the host since `begin`.
HostResult host_result(const HostUsage& begin, const RunResult& run);

/// What the run's ending means for the exit code; says on standard error what went wrong.
int exit_code(Ending ending, const RunRecorder& recorder, const ConsoleScript& script);

}  // namespace kasane
