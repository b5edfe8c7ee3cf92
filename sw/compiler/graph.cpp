#include "sw/compiler/graph.h"

namespace kasane::compiler {

std::string to_string(const Shape& shape) {
  return std::to_string(shape.channels) + "x" + std::to_string(shape.height) + "x" +
         std::to_string(shape.width);
}

bool Layer::has_unit_kernels() const {
  const std::uint32_t size = window.kernel_height;
  return kind == LayerKind::convolution && groups == 1 && window.kernel_width == size &&
         (size == 3 || size == 5 || size == 7) && window.dilation_height == 1 && window.dilation_width == 1;
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

void Graph::fail(const Layer& layer, const std::string& what) const {
  throw CompileError(file + ": node '" + layer.name + "' (" + layer.operators + "): " + what);
}

}  // namespace kasane::compiler
