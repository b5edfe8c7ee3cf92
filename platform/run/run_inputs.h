/// Everything a network's run needs from files, read and checked before the first output is written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/loader/elf.h"
#include "platform/run/run_recorder.h"
#include "platform/scenario/scenario.h"
#include "platform/unit_design.h"

namespace kasane {

struct RunInputs {
  ElfImage firmware;
  std::vector<std::uint8_t> package;  ///< kasane/package.h
  std::vector<std::uint8_t> dataset;  ///< kasane/dataset.h
  std::string dataset_name;
  NetworkFacts network;
};

/// Reads the firmware, compiles the network, reads the data set. Throws with one line naming the file.
RunInputs read_inputs(const NetworkRun& run, const std::optional<UnitDesign>& design);

/// The run's network as a package for its chip.
std::vector<std::uint8_t> compile_network(const NetworkRun& run, const std::optional<UnitDesign>& design);

}  // namespace kasane
