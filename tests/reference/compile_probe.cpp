/// Compiles a network and lays open what the compiler knows of it, for comparison with outside engines:
///   network.package  the package
///   layers.tsv       one line a layer: name, operators, scale, zero point, elements, of the layer's output
///   float.bin        float32 outputs of the compiler's own float executor: image by image, layer by layer
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
#include "sw/compiler/fold.h"
#include "sw/compiler/onnx_import.h"

namespace {

namespace fs = std::filesystem;
using namespace kasane;

constexpr std::size_t kCalibrationImages = 512;
constexpr std::size_t kComparedImages = 32;
constexpr int kSkipped = 77;

/// Memories that hold LeNet-5 in one piece: a layer cut into tiles that share a buffer could not be compared.
constexpr compiler::CompileTarget kTarget{.fmm_bytes = 128 * 1024, .wm_bytes = 128 * 1024};

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

void write_float_outputs(const fs::path& file, const fs::path& network, const Dataset& test) {
  compiler::Graph graph = compiler::import_onnx(network);
  compiler::fold(graph);
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

void probe(const fs::path& network, const fs::path& data, const fs::path& folder) {
  const Dataset train = load(data, "train"), test = load(data, "t10k");
  const auto compiled =
      compiler::compile_with_report(network, calibration_images(train, 0, kCalibrationImages), kTarget);
  fs::create_directories(folder);
  std::ofstream package(folder / "network.package", std::ios::binary);
  package.write(reinterpret_cast<const char*>(compiled.package.data()),
                static_cast<std::streamsize>(compiled.package.size()));
  write_layers(folder / "layers.tsv", compiled.report);
  write_float_outputs(folder / "float.bin", network, test);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: compile_probe NETWORK.onnx IDX_FOLDER OUT_FOLDER\n";
    return 2;
  }
  try {
    probe(argv[1], argv[2], argv[3]);
  } catch (const std::exception& error) {
    std::cerr << "compile_probe: " << error.what() << '\n';
    return 2;
  }
  return 0;
}
