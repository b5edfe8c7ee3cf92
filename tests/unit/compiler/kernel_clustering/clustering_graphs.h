/// Small graphs for the tests of kernel clustering.
#pragma once

#include <array>
#include <cmath>
#include <random>
#include <vector>

#include "sw/compiler/graph.h"

namespace kasane::compiler::test {

/// Appends a convolution without padding of the last feature map. Weights: output, input, row, column.
inline void add_convolution(Graph& graph, std::uint32_t outputs, std::uint32_t kernel,
                            std::vector<float> weights) {
  const Operand input = graph.outputs[0].map;
  Layer layer;
  layer.kind = LayerKind::convolution;
  layer.name = "conv" + std::to_string(graph.layers.size());
  layer.operators = "Conv";
  layer.inputs = {input};
  layer.window.kernel_height = layer.window.kernel_width = kernel;
  layer.output = {graph.tensors.size(),
                  {outputs, input.shape.height - kernel + 1, input.shape.width - kernel + 1}};
  layer.weights = std::move(weights);
  layer.bias.assign(outputs, 0.0F);
  graph.tensors.push_back(layer.output.shape);
  graph.outputs[0].map = layer.output;
  graph.layers.push_back(std::move(layer));
}

inline Graph empty_graph(std::uint32_t channels, std::uint32_t side) {
  Graph graph;
  graph.file = graph.name = "test";
  graph.tensors = {{channels, side, side}};
  graph.input = {0, graph.tensors[0]};
  graph.outputs = {{"output", graph.input}};
  return graph;
}

/// One convolution of `inputs` channels whose kernels, in the order output, input, are given.
inline Graph graph_of_kernels(std::uint32_t inputs, std::uint32_t kernel,
                              const std::vector<std::vector<float>>& kernels) {
  std::vector<float> weights;
  for (const auto& elements : kernels) weights.insert(weights.end(), elements.begin(), elements.end());
  Graph graph = empty_graph(inputs, kernel + 4);
  add_convolution(graph, static_cast<std::uint32_t>(kernels.size()) / inputs, kernel, std::move(weights));
  return graph;
}

/// A kernel of k x k zeros but for one element.
inline std::vector<float> impulse(std::uint32_t kernel, std::size_t element, float value) {
  std::vector<float> elements(std::size_t{kernel} * kernel, 0.0F);
  elements[element] = value;
  return elements;
}

/// Uniform in -1 ... 1, the same on every machine.
inline std::vector<std::vector<float>> random_kernels(std::uint32_t kernel, std::size_t count,
                                                      std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<std::vector<float>> kernels(count, std::vector<float>(std::size_t{kernel} * kernel));
  for (auto& elements : kernels)
    for (float& element : elements) element = static_cast<float>(random() >> 8) * 0x1p-23F - 1;
  return kernels;
}

inline double cosine(const std::vector<float>& a, const float* b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t e = 0; e < a.size(); ++e) {
    ab += double{a[e]} * b[e];
    aa += double{a[e]} * a[e];
    bb += double{b[e]} * b[e];
  }
  return ab / std::sqrt(aa * bb);
}

}  // namespace kasane::compiler::test
