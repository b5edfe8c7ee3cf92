#include "sw/compiler/hidden_import.h"

#include <charconv>
#include <cmath>

#include "kasane/weight_generator.h"

namespace kasane::compiler {
namespace {

constexpr const char* generator_names[KASANE_GENERATORS] = {"murmur", "xorshift"};
const std::string seed_prefix = "seed:";

std::uint32_t generator_of(const std::string& name, const std::string& file) {
  for (std::uint32_t generator = 0; generator < KASANE_GENERATORS; ++generator)
    if (name == generator_names[generator]) return generator;
  throw CompileError(file + ": metadata 'weight_generator' is '" + name + "', expected murmur or xorshift");
}

std::uint32_t seed_of(const std::string& key, const std::string& text, const std::string& file) {
  std::uint32_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw CompileError(file + ": metadata '" + key + "' is '" + text +
                       "', expected a number from 0 to 2^32 - 1");
  }
  return seed;
}

/// With all digits that tell a float from its neighbours.
std::string number(float value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof(text), value).ptr};
}

}  // namespace

HiddenMetadata::HiddenMetadata(const onnx::ModelProto& model, const std::string& file) {
  bool has_generator = false;
  for (const auto& entry : model.metadata_props()) {
    if (entry.key() == "weight_generator") {
      generator_ = generator_of(entry.value(), file);
      has_generator = true;
    } else if (entry.key().starts_with(seed_prefix)) {
      seeds_[entry.key().substr(seed_prefix.size())] = seed_of(entry.key(), entry.value(), file);
    }
  }
  if (has_generator != !seeds_.empty()) {
    throw CompileError(file + ": has metadata '" +
                       (has_generator ? "weight_generator" : seed_prefix + "...") + "' but not '" +
                       (has_generator ? seed_prefix + "..." : "weight_generator") +
                       "', expected both for random weights");
  }
}

std::optional<HiddenWeights> HiddenMetadata::find(const std::string& initializer) {
  const auto seed = seeds_.find(initializer);
  if (seed == seeds_.end()) return std::nullopt;
  found_.insert(initializer);
  return HiddenWeights{generator_, seed->second};
}

void HiddenMetadata::expect_all_found(const std::string& file) const {
  for (const auto& [initializer, seed] : seeds_) {
    if (!found_.contains(initializer)) {
      throw CompileError(file + ": metadata '" + seed_prefix + initializer + "' names '" + initializer +
                         "', expected the weights of a Conv or Gemm");
    }
  }
}

std::string flaw_of_hidden_weights(const Layer& layer) {
  const auto [generator, seed] = *layer.hidden;
  float magnitude = 0;
  for (std::size_t index = 0; index < layer.weights.size(); ++index) {
    const float weight = layer.weights[index];
    if (weight == 0) continue;
    if (magnitude == 0) magnitude = std::abs(weight);
    const bool positive = kasane_random_sign(generator, seed, static_cast<std::uint32_t>(index)) > 0;
    const bool one_magnitude = std::abs(weight) == magnitude;
    if (one_magnitude && (weight > 0) == positive) continue;
    std::string flaw = "weight " + std::to_string(index) + " is " + number(weight) + ", expected 0 or ";
    flaw += number(positive ? magnitude : -magnitude);
    if (!one_magnitude) return flaw + ", as large as the first weight that is not 0";
    flaw += ", the sign that generator ";
    return flaw + generator_names[generator] + " makes of seed " + std::to_string(seed);
  }
  return "";
}

}  // namespace kasane::compiler
