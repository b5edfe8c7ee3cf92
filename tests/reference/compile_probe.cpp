/// Compiles a network and lays open what the compiler knows of it, for comparison with outside engines:
///   network.package  the package
///   layers.tsv       one line a layer: name, operators, scale, zero point, elements, of the layer's output
///   float.bin        float32 outputs of the compiler's own float executor: image by image, layer by layer
/// With units, designed for this network alone: the package is for a chip that has them, float.bin is of the
/// network whose kernels they replace, and
///   units.yaml       the units
/// Exit code 77 if the data set is absent.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <string>

#include "sw/compiler/compiler.h"
#include "sw/compiler/dataset.h"
#include "sw/compiler/float_executor.h"
#include "sw/compiler/kernel_clustering/design.h"
#include "sw/compiler/kernel_clustering/mapping.h"

namespace {

namespace fs = std::filesystem;
using namespace kasane;

constexpr std::size_t kCalibrationImages = 512;
constexpr std::size_t kComparedImages = 32;
constexpr int kSkipped = 77;

/// Memories that hold LeNet-5 in one piece: a layer cut into tiles that share a buffer could not be compared.
constexpr compiler::CompileTarget kTarget{.fmm_bytes = 128 * 1024, .wm_bytes = 128 * 1024};

/// Partial sums for 5 rows of LeNet-5's first convolution, so that layers are cut into bands.
constexpr std::uint32_t kSumsBytes = 4 * 1024, kTableBytes = 16 * 1024;

fs::path find_idx(const fs::path& folder, const std::string& name) {
  for (const char* suffix : {"", ".gz"})
    if (fs::exists(folder / (name + suffix))) return folder / (name + suffix);
  return {};
}

Dataset load(const fs::path& folder, const std::string& split) {
  const fs::path images = find_idx(folder, split + "-images-idx3-ubyte");
  const fs::path labels = find_idx(folder, split + "-labels-idx1-ubyte");
  if (images.empty() || labels.empty()) {
    std::cout << "skipped: no data set in " << folder << '\n';
    std::exit(kSkipped);
  }
  return load_idx_dataset(images, labels, mnist_classes());
}

void write_layers(const fs::path& file, const compiler::CompileReport& report) {
  std::ofstream out(file);
  out << std::setprecision(17);
  for (const compiler::LayerReport& layer : report.layers)
    out << layer.name << '\t' << layer.operators << '\t' << layer.scale << '\t' << layer.zero_point << '\t'
        << layer.output.elements() << '\n';
}

void write_float_outputs(const fs::path& file, const compiler::Graph& graph, const Dataset& test) {
  std::ofstream out(file, std::ios::binary);
  for (std::size_t image = 0; image < kComparedImages; ++image) {
    std::vector<float> input(test.image_bytes());
    const auto* pixels = test.pixels.data() + image * test.image_bytes();
    std::transform(pixels, pixels + input.size(), input.begin(),
                   [](uint8_t pixel) { return static_cast<float>(pixel) / 255.0f; });
    const auto tensors = compiler::execute_float(graph, input);
    for (const compiler::Layer& layer : graph.layers) {
      const std::vector<float>& values = tensors[layer.output.tensor];
      out.write(reinterpret_cast<const char*>(values.data()),
                static_cast<std::streamsize>(values.size() * sizeof(float)));
    }
  }
}

/// `unit_count` 0: for a chip without units.
void probe(const fs::path& network, const fs::path& data, const fs::path& folder, std::uint32_t unit_count,
           double threshold) {
  const Dataset train = load(data, "train"), test = load(data, "t10k");
  fs::create_directories(folder);
  compiler::Graph graph = compiler::read_network(network);
  compiler::CompileTarget target = kTarget;
  compiler::CompileOptions options;
  if (unit_count > 0) {
    target.sums_bytes = kSumsBytes;
    target.table_bytes = kTableBytes;
    compiler::UnitMapping& mapping = options.units.emplace();
    mapping.units = compiler::design_units({&graph}, {.clusters = unit_count, .count = unit_count}).units;
    mapping.options.threshold = threshold;
    compiler::save_units(mapping.units, folder / "units.yaml");
    graph = compiler::replace_kernels(graph, mapping.units,
                                      compiler::map_kernels(graph, mapping.units, mapping.options));
  }
  const auto compiled = compiler::compile_with_report(
      network, calibration_images(train, 0, kCalibrationImages), target, options);
  std::ofstream package(folder / "network.package", std::ios::binary);
  package.write(reinterpret_cast<const char*>(compiled.package.data()),
                static_cast<std::streamsize>(compiled.package.size()));
  write_layers(folder / "layers.tsv", compiled.report);
  write_float_outputs(folder / "float.bin", graph, test);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 && argc != 6) {
    std::cerr << "usage: compile_probe NETWORK.onnx IDX_FOLDER OUT_FOLDER [UNITS THRESHOLD]\n";
    return 2;
  }
  try {
    const auto units = argc == 6 ? static_cast<std::uint32_t>(std::stoul(argv[4])) : 0;
    probe(argv[1], argv[2], argv[3], units, argc == 6 ? std::stod(argv[5]) : 0);
  } catch (const std::exception& error) {
    std::cerr << "compile_probe: " << error.what() << '\n';
    return 2;
  }
  return 0;
}
