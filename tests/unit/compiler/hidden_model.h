/// Hidden networks as training leaves them: masked-off weights, one constant a layer, signs from a seed.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "kasane/weight_generator.h"
#include "tests/unit/compiler/model_builder.h"

namespace kasane::compiler::test {

class HiddenModel : public ModelBuilder {
 public:
  explicit HiddenModel(std::vector<std::int64_t> input, std::uint32_t generator = KASANE_GENERATOR_MURMUR)
      : ModelBuilder(std::move(input)), generator_(generator) {
    metadata("weight_generator", generator == KASANE_GENERATOR_MURMUR ? "murmur" : "xorshift");
  }

  void metadata(const std::string& key, const std::string& value) {
    auto* entry = model.add_metadata_props();
    entry->set_key(key);
    entry->set_value(value);
  }

  /// An initializer of masked random signs, kept with probability `kept`, and its seed.
  std::string weights(const std::string& name, const std::vector<std::int64_t>& dims, double kept) {
    const auto seed = static_cast<std::uint32_t>(random_());
    metadata("seed:" + name, std::to_string(seed));
    std::uint32_t count = 1;
    for (const auto dim : dims) count *= static_cast<std::uint32_t>(dim);
    const double inputs = static_cast<double>(count) / static_cast<double>(dims[0]);
    const auto constant_of_layer = static_cast<float>(std::sqrt(2 / (inputs * std::max(kept, 0.01))));
    std::bernoulli_distribution keep(kept);
    std::vector<float> values;
    for (std::uint32_t i = 0; i < count; ++i)
      values.push_back(keep(random_) ? constant_of_layer * kasane_random_sign(generator_, seed, i) : 0.0F);
    return constant(name, dims, values);
  }

  struct Convolution {
    std::int64_t outputs = 1;
    std::int64_t inputs = 1;  ///< of all groups
    std::int64_t kernel = 3;
    double kept = 0.3;
    std::int64_t groups = 1;
    std::int64_t stride = 1;
    std::int64_t dilation = 1;
  };

  /// Conv, BatchNormalization and Relu; padded to keep an odd kernel's map.
  void hidden_convolution(const std::string& name, const std::string& input, const Convolution& layer,
                          bool relu_follows = true) {
    const auto initializer =
        weights(name + ".weight", {layer.outputs, layer.inputs / layer.groups, layer.kernel, layer.kernel},
                layer.kept);
    auto& made = node("Conv", name, {input, initializer});
    const std::int64_t pad = layer.kernel / 2 * layer.dilation;
    ints(made, "pads", {pad, pad, pad, pad});
    ints(made, "strides", {layer.stride, layer.stride});
    ints(made, "dilations", {layer.dilation, layer.dilation});
    integer(made, "group", layer.groups);
    normalise(name, layer.outputs);
    if (relu_follows) relu(name + ".relu");
  }

  /// Gemm without anything behind it.
  void hidden_vector(const std::string& name, std::int64_t outputs, std::int64_t inputs, double kept) {
    const auto initializer = weights(name + ".weight", {outputs, inputs}, kept);
    integer(node("Gemm", name, {last, initializer}), "transB", 1);
  }

  /// Mean and variance as measured; neither gain nor offset.
  void normalise(const std::string& name, std::int64_t channels, float gain_low = 1, float gain_high = 1) {
    const std::string norm = name + ".norm";
    const auto size = static_cast<std::size_t>(channels);
    node("BatchNormalization", norm,
         {last, random(norm + ".weight", {channels}, gain_low, gain_high),
          constant(norm + ".bias", {channels}, std::vector<float>(size, 0)),
          random(norm + ".mean", {channels}, -0.3F, 0.3F), random(norm + ".var", {channels}, 0.5F, 2)});
  }

 private:
  std::uint32_t generator_;
  std::mt19937 random_{7};
};

}  // namespace kasane::compiler::test
