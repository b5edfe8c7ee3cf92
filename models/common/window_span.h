/// Which input elements the windows of a convolution or pooling cover, along one axis.
#pragma once

#include <cstdint>

namespace kasane {

/// One axis of a sliding window over an input of `size` elements with `pad` elements in front of it.
struct WindowAxis {
  std::uint32_t size = 1;
  std::uint32_t kernel = 1;
  std::uint32_t stride = 1;
  std::uint32_t dilation = 1;
  std::uint32_t pad = 0;

  /// Elements that `outputs` windows side by side span, padding included.
  std::uint64_t extent(std::uint64_t outputs) const {
    return (outputs - 1) * stride + std::uint64_t{kernel - 1u} * dilation + 1;
  }
};

/// The axes of a convolution's command with the usual names.
template <typename Command>
WindowAxis rows_of(const Command& command) {
  return {command.input_height, command.kernel_height, command.stride_height, command.dilation_height,
          command.pad_top};
}
template <typename Command>
WindowAxis columns_of(const Command& command) {
  return {command.input_width, command.kernel_width, command.stride_width, command.dilation_width,
          command.pad_left};
}

/// The elements that some windows side by side span, and which of them lie in the input.
struct WindowSpan {
  std::uint32_t length = 0;  ///< padding included
  std::uint32_t before = 0;  ///< of these, elements in front of the first one in the input
  std::uint32_t begin = 0;   ///< the first one in the input
  std::uint32_t inside = 0;  ///< how many lie in the input; 0 if all is padding
};

/// Of the windows `first` ... `first + outputs - 1`.
WindowSpan window_span(const WindowAxis& axis, std::uint32_t first, std::uint32_t outputs);

/// Where the input box lies in a patch, the rectangle that windows cover, padding included.
struct Patch {
  std::uint32_t height = 0;
  std::uint32_t width = 0;
  std::uint32_t top = 0;   ///< rows of padding above the box
  std::uint32_t left = 0;  ///< columns of padding left of the box
};

}  // namespace kasane
