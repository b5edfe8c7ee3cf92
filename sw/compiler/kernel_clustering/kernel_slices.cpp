#include "sw/compiler/kernel_clustering/kernel_slices.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace kasane::compiler {
namespace {

double euclidean_norm(std::span<const float> elements) {
  double sum = 0;
  for (const float element : elements) sum += double{element} * element;
  return std::sqrt(sum);
}

}  // namespace

bool has_unit_kernels(const Layer& layer) {
  const Window& window = layer.window;
  const std::uint32_t size = window.kernel_height;
  return layer.kind == LayerKind::convolution && layer.groups == 1 && window.dilation_height == 1 &&
         window.dilation_width == 1 && size == window.kernel_width && (size == 3 || size == 5 || size == 7);
}

bool is_among(const Layer& layer, const LayerNames& names) {
  return names.empty() || std::ranges::find(names, layer.name) != names.end();
}

void check_names(const LayerNames& names, const std::vector<const Graph*>& graphs) {
  std::string known;
  LayerNames found;
  for (const Graph* graph : graphs) {
    for (const Layer& layer : graph->layers) {
      if (!has_unit_kernels(layer)) continue;
      known += (known.empty() ? "" : ", ") + layer.name;
      found.push_back(layer.name);
    }
  }
  for (const std::string& name : names) {
    if (std::ranges::find(found, name) == found.end())
      throw std::invalid_argument("no layer '" + name + "' has kernels for units, expected some of " + known);
  }
}

std::vector<KernelSlice> slice_kernels(const Graph& graph, std::uint32_t layer_index, std::uint32_t network) {
  const Layer& layer = graph.layers.at(layer_index);
  const std::uint32_t size = layer.window.kernel_height;
  const std::uint32_t inputs = layer.inputs.front().shape.channels;
  const std::uint32_t outputs = layer.output.shape.channels;
  std::vector<KernelSlice> slices;
  slices.reserve(std::size_t{outputs} * inputs);
  for (std::uint32_t output = 0; output < outputs; ++output) {
    for (std::uint32_t input = 0; input < inputs; ++input) {
      KernelSlice slice{network, layer_index, output, input, size, 0, {}};
      slice.elements =
          std::span(layer.weights).subspan(slice.index(inputs) * size * size, std::size_t{size} * size);
      slice.norm = euclidean_norm(slice.elements);
      if (!std::isfinite(slice.norm)) graph.fail(layer, "a weight is not finite, expected finite weights");
      slices.push_back(slice);
    }
  }
  return slices;
}

std::vector<KernelSlice> slice_kernels(const std::vector<const Graph*>& graphs, const LayerNames& names) {
  std::vector<KernelSlice> all;
  for (std::uint32_t network = 0; network < graphs.size(); ++network) {
    for (std::uint32_t layer = 0; layer < graphs[network]->layers.size(); ++layer) {
      const Layer& here = graphs[network]->layers[layer];
      if (!has_unit_kernels(here) || !is_among(here, names)) continue;
      const auto slices = slice_kernels(*graphs[network], layer, network);
      all.insert(all.end(), slices.begin(), slices.end());
    }
  }
  return all;
}

}  // namespace kasane::compiler
