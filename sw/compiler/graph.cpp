#include "sw/compiler/graph.h"

namespace kasane::compiler {

std::string to_string(const Shape& shape) {
  return std::to_string(shape.channels) + "x" + std::to_string(shape.height) + "x" +
         std::to_string(shape.width);
}

std::uint64_t Layer::macs() const {
  switch (kind) {
    case LayerKind::convolution:
    case LayerKind::fully_connected:
      return output.shape.elements() * (inputs[0].shape.channels / groups) * window.kernel_height *
             window.kernel_width;
    default:
      return 0;
  }
}

const GraphOutput* Graph::output_of(std::size_t tensor) const {
  for (const GraphOutput& output : outputs)
    if (output.map.tensor == tensor) return &output;
  return nullptr;
}

void Graph::fail(const Layer& layer, const std::string& what) const {
  throw CompileError(file + ": node '" + layer.name + "' (" + layer.operators + "): " + what);
}

}  // namespace kasane::compiler
