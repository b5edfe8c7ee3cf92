/// The compiler's view of a network: a list of layers over feature maps, free of ONNX and of hardware.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace kasane::compiler {

/// A network that cannot be compiled; one line: file, node, what was found, what was expected.
class CompileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Channels x height x width, one element after the other in this order; a vector is n x 1 x 1.
struct Shape {
  std::uint32_t channels = 1;
  std::uint32_t height = 1;
  std::uint32_t width = 1;

  std::uint64_t elements() const { return std::uint64_t{channels} * height * width; }
  bool operator==(const Shape&) const = default;
};

std::string to_string(const Shape& shape);

/// The sliding window of a convolution or pooling. Bottom and right padding follow from the output's size.
struct Window {
  std::uint32_t kernel_height = 1;
  std::uint32_t kernel_width = 1;
  std::uint32_t stride_height = 1;
  std::uint32_t stride_width = 1;
  std::uint32_t dilation_height = 1;
  std::uint32_t dilation_width = 1;
  std::uint32_t pad_top = 0;
  std::uint32_t pad_left = 0;

  std::uint32_t extent_height() const { return (kernel_height - 1) * dilation_height + 1; }
  std::uint32_t extent_width() const { return (kernel_width - 1) * dilation_width + 1; }
};

enum class LayerKind : std::uint8_t {
  convolution,
  fully_connected,
  max_pool,
  average_pool,
  add,     ///< of two feature maps
  affine,  ///< x * weights[channel] + bias[channel]; folding turns it into convolutions
  clamp,   ///< Relu or Clip that could not be fused
  softmax,
  argmax
};

/// A feature map as one layer sees it. A reshape is another shape on the same tensor, not a layer.
struct Operand {
  std::size_t tensor = 0;
  Shape shape;
};

/// Of a layer in a hidden network: all weights that are not 0 have one magnitude, and their signs follow from
/// a seed (kasane/weight_generator.h).
struct HiddenWeights {
  std::uint32_t generator = 0;  ///< KASANE_GENERATOR_*
  std::uint32_t seed = 0;
};

struct Layer {
  LayerKind kind = LayerKind::convolution;
  std::string name;       ///< for people: "conv1"
  std::string operators;  ///< ONNX operators fused into it: "Conv+Relu"
  std::vector<Operand> inputs;
  Operand output;
  Window window;
  std::uint32_t groups = 1;
  std::vector<float> weights;  ///< output channel, input channel of the group, kernel row, kernel column
  std::vector<float> bias;     ///< one per output channel
  std::optional<HiddenWeights> hidden;
  std::size_t segment = 0;              ///< of the first output that needs the layer (segments.h)
  bool average_counts_padding = false;  ///< average pooling divides by the kernel's size, always
  float low = -std::numeric_limits<float>::infinity();  ///< the output is clamped to low ... high
  float high = std::numeric_limits<float>::infinity();

  /// Multiply-accumulates of one input, padding included.
  std::uint64_t macs() const;
  bool runs_on_cpu() const { return kind == LayerKind::softmax || kind == LayerKind::argmax; }
};

/// What a network computes: of a network with several outputs, the logits of an exit.
struct GraphOutput {
  std::string name;
  Operand map;
};

struct Graph {
  std::string file;  ///< for error messages
  std::string name;
  std::vector<Shape> tensors;  ///< shape as produced
  std::vector<Layer> layers;   ///< in an order in which they can be executed
  Operand input;
  std::vector<GraphOutput> outputs;  ///< at least one, in the order in which they are reached

  /// The output that is this tensor; null if none is.
  const GraphOutput* output_of(std::size_t tensor) const;

  [[noreturn]] void fail(const Layer& layer, const std::string& what) const;
};

}  // namespace kasane::compiler
