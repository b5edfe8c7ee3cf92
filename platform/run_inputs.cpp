#include "platform/run_inputs.h"

#include <algorithm>
#include <stdexcept>

#include "sw/compiler/compiler.h"
#include "sw/compiler/dataset.h"
#include "sw/compiler/package_view.h"

namespace kasane {
namespace {

const std::vector<std::string>& class_names(DatasetKind kind) {
  return kind == DatasetKind::fashion_mnist ? fashion_mnist_classes() : mnist_classes();
}

std::string kind_name(DatasetKind kind) {
  return kind == DatasetKind::fashion_mnist ? "Fashion-MNIST" : "MNIST";
}

/// The IDX file of this name, as distributed: compressed, or plain.
std::filesystem::path idx_file(const std::filesystem::path& folder, const std::string& name) {
  const std::filesystem::path plain = folder / name;
  return std::filesystem::exists(plain) ? plain : folder / (name + ".gz");
}

Dataset read_dataset(const DatasetConfig& config, const std::string& split) {
  return load_idx_dataset(idx_file(config.folder, split + "-images-idx3-ubyte"),
                          idx_file(config.folder, split + "-labels-idx1-ubyte"), class_names(config.kind));
}

std::string engine_name(std::uint16_t step_kind) {
  switch (step_kind) {
    case KASANE_STEP_NCU:
      return "ncu";
    case KASANE_STEP_CPU:
      return "cpu";
    default:
      return "dma";
  }
}

std::vector<LayerFacts> layer_facts(const PackageView& package) {
  std::vector<LayerFacts> facts;
  for (std::size_t index = 0; index < package.layers().size(); ++index) {
    facts.push_back({.name = std::string(package.layer_name(index)),
                     .operators = std::string(package.layer_operators(index)),
                     .engine = engine_name(package.layers()[index].step_kind),
                     .macs_per_image = package.layers()[index].macs});
  }
  return facts;
}

}  // namespace

std::vector<std::uint8_t> compile_network(const Scenario& scenario) {
  const Dataset training = read_dataset(scenario.dataset, "train");
  const std::size_t count = scenario.dataset.calibration_images;
  if (count > training.images()) {
    throw std::invalid_argument("dataset.calibration_images: the training set has " +
                                std::to_string(training.images()) + " images, expected no more than these");
  }
  const compiler::CompileTarget target{
      .fmm_bytes = static_cast<std::uint32_t>(scenario.chip.feature_map_memory.bytes),
      .wm_bytes = static_cast<std::uint32_t>(scenario.chip.weight_memory.bytes)};
  return compiler::compile(scenario.software.network, calibration_images(training, 0, count), target);
}

RunInputs read_inputs(const Scenario& scenario) {
  RunInputs inputs;
  inputs.firmware = read_elf(scenario.software.firmware);
  const Dataset test = read_dataset(scenario.dataset, "t10k");
  if (scenario.dataset.images > test.images()) {
    throw std::invalid_argument("dataset.images: the test set has " + std::to_string(test.images()) +
                                " images, expected no more than these");
  }
  // All images lie in memory however few are classified: what a run needs does not grow with their number.
  inputs.dataset = dataset_blob(test, 0, test.images());
  inputs.dataset_name = kind_name(scenario.dataset.kind);
  inputs.package = compile_network(scenario);
  const PackageView package(inputs.package);
  inputs.network_name = package.name();
  inputs.layers = layer_facts(package);
  return inputs;
}

}  // namespace kasane
