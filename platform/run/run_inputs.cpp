#include "platform/run/run_inputs.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>

#include "platform/run/dataset_reader.h"
#include "platform/run/network_facts.h"
#include "sw/compiler/compiler.h"
#include "sw/compiler/dataset.h"
#include "sw/compiler/package_view.h"

namespace kasane {

std::vector<std::uint8_t> compile_network(const NetworkRun& run, const std::optional<UnitDesign>& design) {
  const Dataset training = read_training_images(run.dataset);
  const ChipConfig& chip = run.chip;
  compiler::CompileTarget target{.fmm_bytes = static_cast<std::uint32_t>(chip.feature_map_memory.bytes),
                                 .wm_bytes = static_cast<std::uint32_t>(chip.weight_memory.bytes)};
  compiler::CompileOptions options;
  if (design) {
    target.sums_bytes = static_cast<std::uint32_t>(chip.kernel_comp_units.partial_sum_memory.bytes);
    target.table_bytes = static_cast<std::uint32_t>(chip.kernel_comp_units.table_memory.bytes);
    options.units = unit_mapping(run, *design);
  }
  if (chip.cartesian_array) {
    options.array = run.software.array;
    options.array->columns = chip.cartesian_array->columns;
  }
  target.exit_unit = chip.exit_unit.has_value();
  options.segments = run.software.exits.segments;
  if (chip.hiddenite) {
    options.hiddenite = run.software.hiddenite;
    options.hiddenite->output_lanes = chip.hiddenite->output_channels;
    options.hiddenite->rows = chip.hiddenite->rows;
    options.hiddenite->columns = chip.hiddenite->columns;
    options.hiddenite->weight_buffer_bytes = chip.hiddenite->weight_buffer_bytes;
    options.hiddenite->input_buffer_bytes = chip.hiddenite->input_buffer_bytes;
  }
  return compiler::compile(run.software.network,
                           calibration_images(training, 0, run.dataset.calibration_images), target, options);
}

namespace {

std::vector<std::uint8_t> read_bytes(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

bool is_package(std::span<const std::uint8_t> bytes) {
  std::uint32_t magic = 0;
  if (bytes.size() < sizeof(magic)) return false;
  std::memcpy(&magic, bytes.data(), sizeof(magic));
  return magic == KASANE_PACKAGE_MAGIC;
}

/// A package made for other Kernel Comp Units would compute something else.
void check_design(const kasane_package_header& header, const ChipConfig& chip, const std::string& file) {
  const std::uint32_t here =
      chip.kernel_comp_units.present() ? kcu::design_crc(chip.kernel_comp_units.units.units) : 0;
  if (header.kcu_design == 0 || header.kcu_design == here) return;
  throw std::invalid_argument(file + ": the package was compiled for the Kernel Comp Units " +
                              std::to_string(header.kcu_design) + ", the chip has " +
                              (here == 0 ? "none" : std::to_string(here)));
}

/// Kept coordinates and weights lie in memory as an array of that many columns reads them.
void check_array(const kasane_package_header& header, const ChipConfig& chip, const std::string& file) {
  const std::uint32_t here = chip.cartesian_array ? chip.cartesian_array->columns : 0;
  if (header.array_columns == 0 || header.array_columns == here) return;
  throw std::invalid_argument(file + ": the package was compiled for a Cartesian-product array of " +
                              std::to_string(header.array_columns) + " columns, the chip has " +
                              (here == 0 ? "none" : "one of " + std::to_string(here)));
}

/// Masks are cut into tiles that are no larger than the engine's.
void check_hiddenite(const kasane_package_header& header, const ChipConfig& chip, const std::string& file) {
  const std::uint32_t here = chip.hiddenite ? chip.hiddenite->output_channels : 0;
  if (header.hiddenite_outputs == 0 || header.hiddenite_outputs == here) return;
  throw std::invalid_argument(file + ": the package was compiled for a hidden-network engine of " +
                              std::to_string(header.hiddenite_outputs) + " output channels, the chip has " +
                              (here == 0 ? "none" : "one of " + std::to_string(here)));
}

/// Where segments run was settled when the package was made.
void check_exits(const PackageView& package, const NetworkRun& run, const std::string& file) {
  const auto& exits = package.exits();
  const bool uses_unit =
      std::any_of(exits.begin(), exits.end(), [](const kasane_exit& exit) { return exit.uses_unit != 0; });
  if (uses_unit && !run.chip.exit_unit) {
    throw std::invalid_argument(file + ": the package was compiled for an exit unit, the chip has none");
  }
  const std::vector<compiler::Placement>& segments = run.software.exits.segments;
  if (segments.empty()) return;
  if (segments.size() != exits.size()) {
    throw std::invalid_argument("software.exits.segments: expected " + std::to_string(exits.size()) +
                                ", as " + file + " has segments, got " + std::to_string(segments.size()));
  }
  for (std::size_t index = 0; index < exits.size(); ++index) {
    const bool on_cpu = exits[index].run_by == KASANE_RUN_BY_CPU;
    if (on_cpu == (segments[index] == compiler::Placement::cpu)) continue;
    throw std::invalid_argument("software.exits.segments: segment " + std::to_string(index + 1) + " of " +
                                file + " was compiled for " + (on_cpu ? "the CPU" : "engines"));
  }
}

/// A package made for a chip with larger memories cannot run here.
void check_fits(const PackageView& package, const NetworkRun& run, const std::string& file) {
  const ChipConfig& chip = run.chip;
  const kasane_package_header& header = package.header();
  check_design(header, chip, file);
  check_array(header, chip, file);
  check_hiddenite(header, chip, file);
  check_exits(package, run, file);
  if (header.sums_bytes > chip.kernel_comp_units.partial_sum_memory.bytes ||
      header.table_bytes > chip.kernel_comp_units.table_memory.bytes) {
    throw std::invalid_argument(file + ": the package wants " + std::to_string(header.sums_bytes) +
                                " bytes of partial sum memory and " + std::to_string(header.table_bytes) +
                                " of correspondence table memory, the chip has " +
                                std::to_string(chip.kernel_comp_units.partial_sum_memory.bytes) + " and " +
                                std::to_string(chip.kernel_comp_units.table_memory.bytes));
  }
  if (header.fmm_bytes > chip.feature_map_memory.bytes || header.wm_bytes > chip.weight_memory.bytes) {
    throw std::invalid_argument(file + ": the package wants " + std::to_string(header.fmm_bytes) +
                                " bytes of Feature Map Memory and " + std::to_string(header.wm_bytes) +
                                " of Weight Memory, the chip has " +
                                std::to_string(chip.feature_map_memory.bytes) + " and " +
                                std::to_string(chip.weight_memory.bytes));
  }
}

/// The run's network: a package as it is, anything else compiled from ONNX.
std::vector<std::uint8_t> network_package(const NetworkRun& run, const std::optional<UnitDesign>& design) {
  std::vector<std::uint8_t> bytes = read_bytes(run.software.network);
  if (!is_package(bytes)) return compile_network(run, design);
  const std::string file = run.software.network.string();
  try {
    check_fits(PackageView(bytes), run, file);
  } catch (const PackageError& error) {
    throw PackageError(file + ": " + error.what());
  }
  return bytes;
}

}  // namespace

RunInputs read_inputs(const NetworkRun& run, const std::optional<UnitDesign>& design) {
  RunInputs inputs;
  inputs.firmware = read_elf(run.software.firmware);
  const Dataset test = read_test_images(run.dataset);
  inputs.dataset = dataset_blob(test, 0, test.images());
  inputs.dataset_name = dataset_name(run.dataset.kind);
  inputs.package = network_package(run, design);
  inputs.network = network_facts(PackageView(inputs.package));
  set_thresholds(inputs.network, run.software.exits.thresholds);
  return inputs;
}

}  // namespace kasane
