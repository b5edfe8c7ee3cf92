/// Networks as training for four bits leaves them: weights on grids, activations clipped, pruned coordinates.
#pragma once

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/compiler/model_builder.h"

namespace kasane::compiler::test {

/// What a trained layer looks like.
struct TrainedLayer {
  std::int64_t outputs = 1;
  std::int64_t inputs = 1;  ///< of all groups
  std::int64_t kernel = 1;
  std::int64_t groups = 1;
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  int levels = 7;        ///< weights are up to so many steps
  int kept_of_nine = 9;  ///< coordinates, the same for all output channels
  float high = 1;        ///< the activation is clipped to 0 ... high; 0: not at all
};

/// Biases are whole units of the accumulator, so that integers stand for the network without any rounding but
/// that of its activations. Clips need bounds whose ratios are far from simple ones, lest sums lie half way
/// between levels.
class TrainedModel : public ModelBuilder {
 public:
  TrainedModel(std::vector<std::int64_t> input, std::uint32_t seed)
      : ModelBuilder(std::move(input), seed), random_(seed) {}

  /// Conv, BatchNormalization by factors only, and Clip on the last map; padded to keep an odd kernel's map.
  void convolution_of(const std::string& name, const TrainedLayer& layer) {
    const std::int64_t group_inputs = layer.inputs / layer.groups;
    const std::int64_t pad = layer.kernel / 2 * layer.dilation;
    const float step = weight_step(layer, group_inputs * layer.kernel * layer.kernel);
    const auto weights = constant(name + ".weight", {layer.outputs, group_inputs, layer.kernel, layer.kernel},
                                  grid(layer, group_inputs * layer.kernel * layer.kernel, step));
    auto& made = node("Conv", name, {last, weights, bias(name, layer.outputs, step)});
    ints(made, "pads", {pad, pad, pad, pad});
    ints(made, "strides", {layer.stride, layer.stride});
    ints(made, "dilations", {layer.dilation, layer.dilation});
    integer(made, "group", layer.groups);
    normalise(name, layer.outputs);
    clip(name, layer.high);
  }

  void fully_connected_of(const std::string& name, const TrainedLayer& layer) {
    const float step = weight_step(layer, layer.inputs);
    const auto weights =
        constant(name + ".weight", {layer.outputs, layer.inputs}, grid(layer, layer.inputs, step));
    auto& made = node("Gemm", name, {last, weights, bias(name, layer.outputs, step)});
    integer(made, "transB", 1);
    clip(name, layer.high);
  }

  /// Clips the last map to 0 ... high; 0: not at all.
  void clip(const std::string& name, float high) {
    if (high == 0) return;
    node("Clip", name + ".clip",
         {last, constant(name + ".low", {}, {0}), constant(name + ".high", {}, {high})});
    input_step_ = high / 15;
  }

 private:
  static float weight_step(const TrainedLayer& layer, std::int64_t fan_in) {
    const auto kept = static_cast<float>(fan_in * layer.kept_of_nine) / 9;
    return 2.7F / static_cast<float>(layer.levels) / std::sqrt(kept);
  }

  /// Each output channel has a weight of all `levels` steps: int8 weights of 127 levels lie on their grid,
  /// too.
  std::vector<float> grid(const TrainedLayer& layer, std::int64_t fan_in, float step) {
    std::vector<bool> kept;
    for (std::int64_t i = 0; i < fan_in; ++i)
      kept.push_back(i == 0 || static_cast<int>(random_() % 9) < layer.kept_of_nine);
    std::uniform_int_distribution<int> level(-layer.levels, layer.levels);
    std::vector<float> weights;
    for (std::int64_t i = 0; i < layer.outputs * fan_in; ++i) {
      const int steps = i % fan_in == 0 ? layer.levels : level(random_);
      weights.push_back(kept[static_cast<std::size_t>(i % fan_in)] ? static_cast<float>(steps) * step : 0.0F);
    }
    return weights;
  }

  /// -0.3 ... 0.3 in whole steps of weight and input.
  std::string bias(const std::string& name, std::int64_t outputs, float step) {
    const float unit = step * input_step_;
    std::vector<float> values;
    std::uniform_real_distribution<float> distribution(-0.3F, 0.3F);
    for (std::int64_t o = 0; o < outputs; ++o)
      values.push_back(std::round(distribution(random_) / unit) * unit);
    return constant(name + ".bias", {outputs}, values);
  }

  void normalise(const std::string& name, std::int64_t channels) {
    const auto norm = name + ".norm";
    const auto fill = [&](const std::string& what, float value) {
      return constant(norm + what, {channels}, std::vector<float>(static_cast<std::size_t>(channels), value));
    };
    auto& made = node("BatchNormalization", norm,
                      {last, random(norm + ".scale", {channels}, 0.5F, 1.5F), fill(".shift", 0),
                       fill(".mean", 0), fill(".variance", 1)});
    auto* epsilon = made.add_attribute();
    epsilon->set_name("epsilon");
    epsilon->set_type(onnx::AttributeProto::FLOAT);
    epsilon->set_f(0);
  }

  std::mt19937 random_;
  float input_step_ = 1.0F / 255;  ///< of the last map
};

}  // namespace kasane::compiler::test
