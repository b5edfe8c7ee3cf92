#include "sw/compiler/array_weights.h"

#include <vector>

namespace kasane::compiler {
namespace {

/// One tile: its weights at (output, input, coordinate).
class Tile {
 public:
  Tile(std::span<const std::int8_t> weights, std::uint32_t outputs, std::uint32_t taps)
      : weights_(weights), kernel_(weights.size() / outputs), outputs_(outputs), taps_(taps) {}

  bool keeps(std::size_t input, std::size_t tap) const {
    for (std::size_t output = 0; output < outputs_; ++output)
      if (at(output, input, tap) != 0) return true;
    return false;
  }

  /// The weights of a step, two a byte.
  void append_step(std::size_t input, std::size_t tap, std::vector<std::uint8_t>& bytes) const {
    for (std::size_t output = 0; output < outputs_; output += 2) {
      const int low = at(output, input, tap) & 0xF;
      const int high = output + 1 < outputs_ ? at(output + 1, input, tap) & 0xF : 0;
      bytes.push_back(static_cast<std::uint8_t>(low | high << 4));
    }
  }

 private:
  std::int8_t at(std::size_t output, std::size_t input, std::size_t tap) const {
    return weights_[output * kernel_ + input * taps_ + tap];
  }

  std::span<const std::int8_t> weights_;
  std::size_t kernel_;  ///< weights of an output channel
  std::size_t outputs_;
  std::size_t taps_;
};

}  // namespace

ArrayWeights array_weights(const Layer& layer, std::span<const std::int8_t> weights, std::uint32_t columns) {
  const std::uint32_t taps = layer.window.kernel_height * layer.window.kernel_width;
  const std::uint32_t inputs = layer.inputs[0].shape.channels / layer.groups;
  const std::size_t bitmap_bytes = (taps + 7) / 8;
  ArrayWeights result;
  result.tiles = {layer.output.shape.channels, layer.groups, columns};
  for (std::uint32_t index = 0; index < result.tiles.count(); ++index) {
    const std::uint32_t outputs = result.tiles.size(index);
    const std::size_t kernel = std::size_t{inputs} * taps;
    const Tile tile(weights.subspan(result.tiles.first_output(index) * kernel, outputs * kernel), outputs,
                    taps);
    result.weight_offsets.push_back(static_cast<std::uint32_t>(result.weights.size()));
    for (std::uint32_t input = 0; input < inputs; ++input) {
      const std::size_t bitmap = result.kept.size();
      result.kept.resize(bitmap + bitmap_bytes);
      for (std::uint32_t tap = 0; tap < taps; ++tap) {
        ++result.coordinates;
        if (!tile.keeps(input, tap)) continue;
        ++result.kept_coordinates;
        std::uint8_t& byte = result.kept[bitmap + tap / 8];
        byte = static_cast<std::uint8_t>(byte | 1u << tap % 8);
        tile.append_step(input, tap, result.weights);
      }
    }
  }
  result.weight_offsets.push_back(static_cast<std::uint32_t>(result.weights.size()));
  return result;
}

}  // namespace kasane::compiler
