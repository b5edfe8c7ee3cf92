/// How a kernel's windows lie in a patch.
#pragma once

#include <cstdint>

namespace kasane {

struct Sliding {
  std::uint32_t kernel_height = 1;
  std::uint32_t kernel_width = 1;
  std::uint32_t stride_height = 1;
  std::uint32_t stride_width = 1;
  std::uint32_t dilation_height = 1;
  std::uint32_t dilation_width = 1;
};

/// Of a command with the usual names.
template <typename Command>
Sliding sliding_of(const Command& command) {
  return {command.kernel_height, command.kernel_width,    command.stride_height,
          command.stride_width,  command.dilation_height, command.dilation_width};
}

}  // namespace kasane
