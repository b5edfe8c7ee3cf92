/// Which commands the Neural Comp Unit refuses before it begins.
#pragma once

#include <cstdint>

#include "kasane/neural_comp_unit.h"
#include "models/common/planes.h"
#include "models/neural_comp_unit/config.h"

namespace kasane::ncu {

/// Each returns KASANE_ERROR_NONE or KASANE_ERROR_PARAMETER: a size, stride or dilation of 0, reserved bytes
/// that are not, groups that do not divide the channels, planes that overlap themselves or leave the 32-bit
/// address space, a window without input, output_min > output_max, or work that does not fit the buffers.
std::uint32_t check_convolution(const kasane_ncu_convolution& command, const NcuConfig& config);
/// As check_convolution; besides, every spatial size is 1, without padding or groups.
std::uint32_t check_fully_connected(const kasane_ncu_convolution& command, const NcuConfig& config);
/// As check_convolution; besides, blocks that the lanes can take, and lists and partial sums whose words are
/// aligned and fit the address space. What the lists say is known only during execution.
std::uint32_t check_residual(const kasane_ncu_residual& command, const NcuConfig& config);
std::uint32_t check_max_pool(const kasane_ncu_pool& command, const NcuConfig& config);
std::uint32_t check_average_pool(const kasane_ncu_pool& command, const NcuConfig& config);
std::uint32_t check_add(const kasane_ncu_elementwise& command);
std::uint32_t check_requantize(const kasane_ncu_elementwise& command);

/// Partial sums; a column is a byte.
Planes sum_planes(const kasane_ncu_residual& command);
Planes input_planes(const kasane_ncu_pool& command);
Planes output_planes(const kasane_ncu_pool& command);

}  // namespace kasane::ncu
