/// A scenario file as one typed, validated value. Nothing else in the platform parses configuration.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "models/common/config/section.h"
#include "models/common/power_domain.h"
#include "models/technology/technology.h"
#include "platform/chip_config.h"
#include "platform/command_line.h"
#include "platform/console/console_script.h"
#include "platform/trace/trace_config.h"
#include "sw/compiler/array_mapping.h"
#include "sw/compiler/hiddenite_mapping.h"
#include "sw/compiler/placement.h"

namespace kasane {

enum class DatasetKind : std::uint8_t { fashion_mnist, mnist, cifar10 };

struct DatasetConfig {
  DatasetKind kind = DatasetKind::fashion_mnist;
  std::filesystem::path source;            ///< the folder of the IDX files, or CIFAR-10's archive
  std::uint32_t images = 200;              ///< how many of the test images to classify
  std::uint32_t calibration_images = 256;  ///< how many training images the compiler calibrates on
};

/// How the compiler gives kernels to Kernel Comp Units.
struct MappingConfig {
  double threshold = 0.9;           ///< similarity from which on a unit stands in for a kernel
  std::vector<std::string> layers;  ///< whose kernels may be replaced; empty: all
  bool by_cluster = false;  ///< only the unit of a kernel's own cluster may; else the most similar of all
};

/// Of a network with several exits.
struct ExitsConfig {
  std::vector<compiler::Placement> segments;  ///< where each runs; empty: as a network with one exit would
  /// Of all exits but the last: an image leaves where the entropy of softmax, in nats, is below it.
  std::vector<double> thresholds;
  bool overlap = true;  ///< engines begin an image while the CPU finishes the one before
};

struct SoftwareConfig {
  std::filesystem::path firmware;  ///< ELF
  std::filesystem::path network;   ///< ONNX, or a package that `kasane compile` made
  MappingConfig mapping;
  compiler::ArrayMapping array;          ///< columns: the chip's
  compiler::HiddeniteMapping hiddenite;  ///< sizes: the chip's
  ExitsConfig exits;
};

/// A network classifies a data set on Kasane's chip.
struct NetworkRun {
  ChipConfig chip;
  SoftwareConfig software;
  DatasetConfig dataset;
};

/// Firmware of others and what it starts boot on a machine laid out as QEMU's virt.
struct BootRun {
  MachineConfig machine;
  std::filesystem::path firmware;  ///< OpenSBI: ELF, or a raw image for the beginning of DRAM
  std::filesystem::path payload;   ///< what it starts in supervisor mode: likewise, 2 MiB above
};

struct Scenario {
  std::filesystem::path file;
  std::string name;  ///< also names the run's folder
  std::string description;
  TechnologyChoice technology;
  std::variant<NetworkRun, BootRun> run;
  std::vector<ConsoleStep> console;  ///< what is typed on the UART
  TraceConfig trace;
  sc_core::sc_time time_limit;  ///< simulated time after which the run ends with an error; zero: none

  /// The run of a network. Throws std::invalid_argument where the scenario is of another kind.
  const NetworkRun& network_run() const;
  NetworkRun& network_run();
};

/// Where relative paths are looked for besides the scenario's own folder.
struct ResourceFolders {
  std::filesystem::path source;    ///< the repository
  std::filesystem::path firmware;  ///< built ELF files: `firmware: classify` means <firmware>/classify.elf
};

/// Throws ConfigError: file, line, column, key, what was expected.
Scenario read_scenario(const std::filesystem::path& file, const std::vector<Override>& overrides,
                       const ResourceFolders& folders);

}  // namespace kasane
