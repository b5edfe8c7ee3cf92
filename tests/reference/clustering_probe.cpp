/// Designs Kernel Comp Units for a network, maps the network to them, and lays open every number of it, for
/// comparison with an independent computation:
///   units.yaml    the unit set
///   clusters.tsv  one line a cluster: kernel size, members, mean absolute element, variance, amplitude,
///                 cohesion, unit or -1
///   kernels.tsv   one line a kernel: layer, output, input, cluster, unit, gain, similarity, and the unit by
///   cluster counts.tsv    kernels, replaced, zero, jobs, MACs, replaced MACs weights.bin   float32 weights
///   of the convolutions with unit kernels, after replacement
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <map>
#include <string>

#include "sw/compiler/fold.h"
#include "sw/compiler/kernel_clustering/mapping.h"
#include "sw/compiler/onnx_import.h"

namespace {

namespace fs = std::filesystem;
using namespace kasane::compiler;

const std::map<std::string, ClusterOrder> kOrders = {{"members", ClusterOrder::members},
                                                     {"mean_absolute", ClusterOrder::mean_absolute},
                                                     {"variance", ClusterOrder::variance}};

struct Options {
  DesignOptions design;
  MappingOptions mapping;
};

Options parse(char** words) {
  Options options;
  options.design.clusters = static_cast<std::uint32_t>(std::stoul(words[0]));
  options.design.count = static_cast<std::uint32_t>(std::stoul(words[1]));
  options.design.order = kOrders.at(words[2]);
  options.design.constant_bits = static_cast<std::uint32_t>(std::stoul(words[3]));
  options.design.gains = options.mapping.gains = std::string(words[4]) == "gains";
  options.mapping.threshold = std::stod(words[5]);
  return options;
}

std::ofstream table(const fs::path& file) {
  std::ofstream out(file);
  out << std::setprecision(17);
  return out;
}

void write_clusters(const fs::path& file, const Design& design) {
  std::vector<int> unit_of(design.clusters.size(), -1);
  for (std::size_t n = 0; n < design.units.units.size(); ++n) unit_of[design.order[n]] = static_cast<int>(n);
  std::ofstream out = table(file);
  for (std::size_t c = 0; c < design.clusters.size(); ++c) {
    const ClusterStatistics& cluster = design.clusters[c];
    out << cluster.size << '\t' << cluster.members << '\t' << cluster.mean_absolute << '\t'
        << cluster.variance << '\t' << cluster.amplitude << '\t' << cluster.cohesion << '\t' << unit_of[c]
        << '\n';
  }
}

void write_kernels(const fs::path& file, const Graph& graph, const Design& design,
                   const KernelMapping& nearest, const KernelMapping& own) {
  std::ofstream out = table(file);
  for (const KernelSlice& slice : slice_kernels({&graph})) {
    const std::size_t index = slice.index(graph.layers[slice.layer].inputs[0].shape.channels);
    const MappedKernel& kernel = nearest.layers[slice.layer][index];
    out << graph.layers[slice.layer].name << '\t' << slice.output << '\t' << slice.input << '\t'
        << design.cluster_of[0][slice.layer][index] << '\t' << kernel.unit << '\t' << kernel.gain << '\t'
        << kernel.similarity << '\t' << own.layers[slice.layer][index].unit << '\n';
  }
}

void write_weights(const fs::path& file, const Graph& graph) {
  std::ofstream out(file, std::ios::binary);
  for (const Layer& layer : graph.layers)
    if (has_unit_kernels(layer))
      out.write(reinterpret_cast<const char*>(layer.weights.data()),
                static_cast<std::streamsize>(layer.weights.size() * sizeof(float)));
}

void probe(const fs::path& network, const fs::path& folder, const Options& options) {
  Graph graph = import_onnx(network);
  fold(graph);
  const Design design = design_units({&graph}, options.design);
  const KernelMapping nearest = map_kernels(graph, design.units, options.mapping);
  const KernelMapping own = map_kernels_by_cluster(graph, design, 0, options.mapping);
  fs::create_directories(folder);
  save_units(design.units, folder / "units.yaml");
  write_clusters(folder / "clusters.tsv", design);
  write_kernels(folder / "kernels.tsv", graph, design, nearest, own);
  const MappingCounts counts = count_network(graph, nearest);
  table(folder / "counts.tsv") << counts.kernels << '\t' << counts.replaced << '\t' << counts.zero << '\t'
                               << counts.jobs << '\t' << counts.macs << '\t' << counts.replaced_macs << '\n';
  write_weights(folder / "weights.bin", replace_kernels(graph, design.units, nearest));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 9) {
    std::cerr
        << "usage: clustering_probe NETWORK.onnx OUT_FOLDER CLUSTERS COUNT members|mean_absolute|variance "
           "BITS gains|plain THRESHOLD\n";
    return 2;
  }
  try {
    probe(argv[1], argv[2], parse(argv + 3));
  } catch (const std::exception& error) {
    std::cerr << "clustering_probe: " << error.what() << '\n';
    return 2;
  }
  return 0;
}
