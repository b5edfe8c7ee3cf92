/// What an ONNX file says about weights that are not trained (sw/networks/README.md, "Hidden networks").
#pragma once

#include <cstdint>
#include <map>
#include <onnx/onnx_pb.h>
#include <optional>
#include <set>
#include <string>

#include "sw/compiler/graph.h"

namespace kasane::compiler {

/// The metadata `weight_generator` and `seed:<initializer>`.
class HiddenMetadata {
 public:
  HiddenMetadata() = default;
  /// Throws CompileError for an unknown generator, a seed that is not a number of 32 bits, or one without the
  /// other.
  HiddenMetadata(const onnx::ModelProto& model, const std::string& file);

  bool is_hidden_network() const { return !seeds_.empty(); }
  /// Of the weights of this name; none if they have no seed.
  std::optional<HiddenWeights> find(const std::string& initializer);
  /// Throws CompileError if a seed is of weights that nobody asked for.
  void expect_all_found(const std::string& file) const;

 private:
  std::uint32_t generator_ = 0;
  std::map<std::string, std::uint32_t> seeds_;  ///< by initializer
  std::set<std::string> found_;
};

/// What is wrong with the layer's weights, as "weight 7 is ..., expected ..."; empty if every one is -c, 0 or
/// +c with one c and the sign that the generator gives its index.
std::string flaw_of_hidden_weights(const Layer& layer);

}  // namespace kasane::compiler
