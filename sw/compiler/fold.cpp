#include "sw/compiler/fold.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace kasane::compiler {
namespace {

/// How often each tensor is read; a network's output counts as one reading.
std::vector<int> count_readers(const Graph& graph) {
  std::vector<int> readers(graph.tensors.size(), 0);
  for (const Layer& layer : graph.layers)
    for (const Operand& input : layer.inputs) ++readers[input.tensor];
  for (const GraphOutput& output : graph.outputs) ++readers[output.map.tensor];
  return readers;
}

bool is_unclamped(const Layer& layer) {
  return std::isinf(layer.low) && std::isinf(layer.high);
}

/// A hidden layer's weights keep the signs that their generator makes.
void check_hidden_factor(const Graph& graph, const Layer& producer, const Layer& affine,
                         std::size_t channel) {
  const float factor = affine.weights[channel];
  if (!producer.hidden || (factor > 0 && std::isfinite(factor))) return;
  graph.fail(affine, "multiplies output channel " + std::to_string(channel) + " of hidden layer '" +
                         producer.name + "' by " + std::to_string(factor) + ", expected a factor above 0");
}

bool try_fold_affine(const Graph& graph, Layer& producer, const Layer& affine) {
  const bool is_linear =
      producer.kind == LayerKind::convolution || producer.kind == LayerKind::fully_connected;
  if (!is_linear || !is_unclamped(producer) || !(producer.output.shape == affine.inputs[0].shape))
    return false;
  const std::size_t kernel = producer.weights.size() / producer.bias.size();
  for (std::size_t channel = 0; channel < producer.bias.size(); ++channel) {
    check_hidden_factor(graph, producer, affine, channel);
    const float factor = affine.weights[channel];
    for (std::size_t i = 0; i < kernel; ++i) producer.weights[channel * kernel + i] *= factor;
    producer.bias[channel] = producer.bias[channel] * factor + affine.bias[channel];
  }
  return true;
}

bool try_fuse_clamp(Layer& producer, const Layer& clamp) {
  if (producer.runs_on_cpu()) return false;
  producer.low = std::clamp(producer.low, clamp.low, clamp.high);
  producer.high = std::clamp(producer.high, clamp.low, clamp.high);
  return true;
}

void make_depthwise(Layer& layer) {
  layer.kind = LayerKind::convolution;
  layer.groups = layer.inputs[0].shape.channels;
}

}  // namespace

void fold(Graph& graph) {
  const std::vector<int> readers = count_readers(graph);
  std::vector<std::optional<std::size_t>> producers(graph.tensors.size());
  std::vector<Layer> folded;
  for (Layer& layer : graph.layers) {
    const auto producer = producers[layer.inputs[0].tensor];
    const bool only_reader = producer && readers[layer.inputs[0].tensor] == 1;
    const bool fused =
        only_reader &&
        ((layer.kind == LayerKind::affine && try_fold_affine(graph, folded[*producer], layer)) ||
         (layer.kind == LayerKind::clamp && try_fuse_clamp(folded[*producer], layer)));
    if (fused) {
      folded[*producer].operators += "+" + layer.operators;
      folded[*producer].output.tensor = layer.output.tensor;
    } else {
      if (layer.kind == LayerKind::affine) make_depthwise(layer);
      folded.push_back(std::move(layer));
    }
    producers[folded[fused ? *producer : folded.size() - 1].output.tensor] =
        fused ? *producer : folded.size() - 1;
  }
  graph.layers = std::move(folded);
}

}  // namespace kasane::compiler
