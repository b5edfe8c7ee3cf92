/// From a scenario to a machine that is ready to run.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/technology/technology.h"
#include "platform/machine.h"
#include "platform/peripherals/run_monitor.h"
#include "platform/run/run_recorder.h"
#include "platform/scenario/scenario.h"

namespace kasane {

/// A machine with its memories loaded, and what the run is about: a network and its data set, or software.
struct ReadyRun {
  std::unique_ptr<Machine> machine;
  std::string software;
  NetworkFacts network;
  std::string dataset;
  std::vector<std::filesystem::path> programs;  ///< ELF files that name the code
};

/// Reads, compiles and loads everything that the scenario names; the chip's Kernel Comp Units are wired in
/// the scenario as well. `console` gets every byte of the UART, `observer` what software reports; both
/// outlive the machine. Throws with one line for input that cannot be used.
ReadyRun prepare(Scenario& scenario, const Technology& technology, std::function<void(char)> console,
                 RunObserver& observer);

/// The scenario's machine without software.
std::unique_ptr<Machine> build_machine(Scenario& scenario, const Technology& technology,
                                       std::function<void(char)> console, RunObserver& observer);

}  // namespace kasane
