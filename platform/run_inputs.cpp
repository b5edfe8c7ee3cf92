#include "platform/run_inputs.h"

#include <cstring>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>

#include "platform/dataset_reader.h"
#include "sw/compiler/compiler.h"
#include "sw/compiler/dataset.h"
#include "sw/compiler/package_view.h"

namespace kasane {
namespace {

LayerFacts layer_facts(const PackageView& package, std::size_t index) {
  const kasane_layer& layer = package.layers()[index];
  LayerFacts facts{.name = std::string(package.layer_name(index)),
                   .operators = std::string(package.layer_operators(index)),
                   .engine = "cpu",
                   .macs_per_image = layer.macs};
  if (layer.step_kind == KASANE_STEP_NCU) {
    facts.engine = "ncu";
    facts.engine_block = memory_map_entry(KASANE_DEVICE_NCU).name;
  } else if (layer.step_kind == KASANE_STEP_DMA) {
    facts.engine = "dma";
    facts.engine_block = memory_map_entry(KASANE_DEVICE_DMA).name;
  }
  return facts;
}

}  // namespace

std::vector<std::uint8_t> compile_network(const Scenario& scenario) {
  const Dataset training = read_training_images(scenario.dataset);
  const compiler::CompileTarget target{
      .fmm_bytes = static_cast<std::uint32_t>(scenario.chip.feature_map_memory.bytes),
      .wm_bytes = static_cast<std::uint32_t>(scenario.chip.weight_memory.bytes)};
  return compiler::compile(scenario.software.network,
                           calibration_images(training, 0, scenario.dataset.calibration_images), target);
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

/// A package made for a chip with larger memories cannot run here.
void check_fits(const PackageView& package, const ChipConfig& chip, const std::string& file) {
  const kasane_package_header& header = package.header();
  if (header.fmm_bytes > chip.feature_map_memory.bytes || header.wm_bytes > chip.weight_memory.bytes) {
    throw std::invalid_argument(file + ": the package wants " + std::to_string(header.fmm_bytes) +
                                " bytes of Feature Map Memory and " + std::to_string(header.wm_bytes) +
                                " of Weight Memory, the chip has " +
                                std::to_string(chip.feature_map_memory.bytes) + " and " +
                                std::to_string(chip.weight_memory.bytes));
  }
}

/// The scenario's network: a package as it is, anything else compiled from ONNX.
std::vector<std::uint8_t> network_package(const Scenario& scenario) {
  std::vector<std::uint8_t> bytes = read_bytes(scenario.software.network);
  if (!is_package(bytes)) return compile_network(scenario);
  const std::string file = scenario.software.network.string();
  try {
    check_fits(PackageView(bytes), scenario.chip, file);
  } catch (const PackageError& error) {
    throw PackageError(file + ": " + error.what());
  }
  return bytes;
}

}  // namespace

RunInputs read_inputs(const Scenario& scenario) {
  RunInputs inputs;
  inputs.firmware = read_elf(scenario.software.firmware);
  const Dataset test = read_test_images(scenario.dataset);
  inputs.dataset = dataset_blob(test, 0, test.images());
  inputs.dataset_name = dataset_name(scenario.dataset.kind);
  inputs.package = network_package(scenario);
  const PackageView package(inputs.package);
  inputs.network_name = package.name();
  for (std::size_t index = 0; index < package.layers().size(); ++index) {
    inputs.layers.push_back(layer_facts(package, index));
  }
  return inputs;
}

}  // namespace kasane
