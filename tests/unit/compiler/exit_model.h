/// Random networks with several exits, for tests.
#pragma once

#include <random>
#include <string>

#include "tests/unit/compiler/model_builder.h"

namespace kasane::compiler::test {

/// A trunk of blocks on 12 x 12 pixels with two channels; behind each block a branch to an exit, five classes
/// each. The first branch reads a map that the trunk reads on. Later blocks may read maps of the first one
/// and the network's input, and the last exit the first one's logits.
class ExitModel : public ModelBuilder {
 public:
  ExitModel(int count, std::uint32_t seed) : ModelBuilder({1, 2, 12, 12}, seed), random_(seed) {
    std::string trunk = "input";
    std::int64_t channels = 2;
    for (int i = 0; i < count; ++i) {
      const std::string name = "block" + std::to_string(i);
      const std::int64_t outputs = 3 + static_cast<std::int64_t>(random_() % 4);
      convolution(name, trunk, outputs, channels, 3, 1);
      relu(name + "_relu");
      if (i > 0 && random_() % 2 == 0) join(name, i, outputs);
      trunk = last;
      if (i == 0) first_ = trunk, first_channels_ = outputs;
      channels = outputs;
      branch(i, trunk, channels);
      if (i + 1 < count) exits.push_back(last);
    }
    if (random_() % 2 == 0) node("Add", "agree", {last, exits.front()});
  }

 private:
  /// Adds what a convolution makes of the first block's map or of the input: segments apart.
  void join(const std::string& name, int block, std::int64_t outputs) {
    const std::string own = last;
    const bool of_input = random_() % 3 == 0 || block == 1;
    convolution(name + "_side", of_input ? "input" : first_, outputs, of_input ? 2 : first_channels_, 1);
    node("Add", name + "_sum", {own, name + "_side"});
  }

  void branch(int index, const std::string& trunk, std::int64_t channels) {
    const std::string name = "exit" + std::to_string(index);
    last = trunk;
    const std::int64_t side = random_() % 2 == 0 ? 2 : 4;
    pool(random_() % 2 == 0 ? "MaxPool" : "AveragePool", name + "_pool", side, side);
    node("Flatten", name + "_flatten", {last});
    gemm(name, last, 5, channels * (12 / side) * (12 / side));
  }

  std::mt19937 random_;
  std::string first_;
  std::int64_t first_channels_ = 0;
};

}  // namespace kasane::compiler::test
