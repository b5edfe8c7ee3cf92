#include "tests/reference/random_layers.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "tests/reference/random_parts.h"

namespace kasane::reference {
namespace {

void random_channels(Random& random, const LayerLimits& limits, kasane_ncu_convolution& command) {
  command.groups = 1;
  if (random.one_in(4)) {  // depthwise, at times with a channel multiplier
    command.input_channels = command.groups = size_up_to(random, limits.channels);
    command.output_channels = command.groups * (random.one_in(3) ? 2 : 1);
    return;
  }
  if (random.one_in(3)) command.groups = size_up_to(random, std::min(limits.groups, limits.channels));
  const uint32_t per_group = std::max(1u, limits.channels / command.groups);
  command.input_channels = command.groups * size_up_to(random, per_group);
  command.output_channels = command.groups * size_up_to(random, per_group);
}

/// Weights and parameters, in either order.
void place_weights(Random& random, kasane_ncu_convolution& command, Bytes& wm) {
  const size_t taps =
      size_t{command.input_channels} / command.groups * command.kernel_height * command.kernel_width;
  {
    Layout layout(random, wm);
    const size_t table_bytes = command.output_channels * sizeof(kasane_channel_parameters);
    const bool table_first = random.one_in(2);
    if (table_first) command.parameters_address = layout.place(table_bytes, 4);
    command.weight_address = layout.place(command.output_channels * taps);
    if (!table_first) command.parameters_address = layout.place(table_bytes, 4);
  }
  const double spread = std::sqrt(static_cast<double>(taps)) * 74.0 * 74.0;  // 74: deviation of a random byte
  for (uint32_t o = 0; o < command.output_channels; ++o)
    write_parameters(wm, command.parameters_address, o, random_parameters(random, spread));
}

template <typename Command>
RandomLayer finish(const Command& command, Bytes fmm, Bytes wm, std::string description) {
  RandomLayer layer{
      .record = {}, .fmm = std::move(fmm), .wm = std::move(wm), .description = std::move(description)};
  std::memcpy(layer.record.data(), &command, sizeof command);
  return layer;
}

template <typename Command>
std::string shapes(const char* kind, uint32_t input_channels, uint32_t output_channels, const Command& c) {
  std::ostringstream text;
  text << kind << ' ' << input_channels << 'x' << c.input_height << 'x' << c.input_width << " -> "
       << output_channels << 'x' << c.output_height << 'x' << c.output_width << ", kernel " << c.kernel_height
       << 'x' << c.kernel_width << ", stride " << c.stride_height << 'x' << c.stride_width << ", padding "
       << c.pad_top << ',' << c.pad_left;
  return text.str();
}

kasane_ncu_pool random_pool_shape(Random& random, const LayerLimits& limits, Bytes& fmm) {
  kasane_ncu_pool command{};
  set_axes(command, random_axis(random, limits, false), random_axis(random, limits, false));
  command.channels = size_up_to(random, limits.channels);
  place_maps(random, limits, command, command.channels, command.channels, fmm);
  return command;
}

kasane_ncu_elementwise random_elementwise(Random& random, const LayerLimits& limits, Bytes& fmm,
                                          bool two_operands) {
  kasane_ncu_elementwise command{};
  command.header.layer = KASANE_NO_LAYER;
  command.count = size_up_to(random, limits.channels * limits.extent * limits.extent);
  {
    Layout layout(random, fmm);
    command.a_address = layout.place(command.count);
    if (two_operands) command.b_address = random.one_in(6) ? command.a_address : layout.place(command.count);
    command.output_address = random.one_in(6) ? command.a_address : layout.place(command.count);
  }
  const auto multiplier = [&] {
    if (random.one_in(5)) return random.one_in(2) ? 0 : kLargest;
    return static_cast<int32_t>(random.between(1 << 20, 1 << 30));
  };
  command.a_multiplier = multiplier();
  command.b_multiplier = two_operands ? multiplier() : 0;
  command.shift = static_cast<int32_t>(random.one_in(4) ? random.between(1, 62) : random.between(26, 32));
  command.a_zero_point = random_zero_point(random);
  command.b_zero_point = two_operands ? random_zero_point(random) : int8_t{0};
  command.output_zero_point = random_zero_point(random);
  random_output_range(random, command);
  return command;
}

}  // namespace

int64_t Random::between(int64_t lowest, int64_t highest) {
  const uint64_t range = static_cast<uint64_t>(highest) - static_cast<uint64_t>(lowest) + 1;
  return static_cast<int64_t>(static_cast<uint64_t>(lowest) + engine_() % range);
}

RandomLayer make_random_convolution(Random& random, const LayerLimits& limits) {
  kasane_ncu_convolution command{};
  command.header.opcode = KASANE_NCU_CONVOLUTION;
  command.header.layer = KASANE_NO_LAYER;
  const Axis vertical = random_axis(random, limits, true);
  const Axis horizontal = random_axis(random, limits, true);
  set_axes(command, vertical, horizontal);
  command.dilation_height = static_cast<uint16_t>(vertical.dilation);
  command.dilation_width = static_cast<uint16_t>(horizontal.dilation);
  random_channels(random, limits, command);
  Bytes fmm, wm;
  place_maps(random, limits, command, command.input_channels, command.output_channels, fmm);
  place_weights(random, command, wm);
  command.pad_value = random_zero_point(random);
  command.output_zero_point = random_zero_point(random);
  random_output_range(random, command);
  std::ostringstream text;
  text << shapes("convolution", command.input_channels, command.output_channels, command) << ", dilation "
       << command.dilation_height << 'x' << command.dilation_width << ", groups " << command.groups;
  return finish(command, std::move(fmm), std::move(wm), text.str());
}

RandomLayer make_random_fully_connected(Random& random, const LayerLimits& limits) {
  kasane_ncu_convolution command{};
  command.header.opcode = KASANE_NCU_FULLY_CONNECTED;
  command.header.layer = KASANE_NO_LAYER;
  const Axis one{.input = 1, .kernel = 1, .stride = 1, .dilation = 1, .pad = 0, .output = 1};
  set_axes(command, one, one);
  command.dilation_height = command.dilation_width = 1;
  command.groups = 1;
  command.input_channels = size_up_to(random, limits.channels * limits.extent);
  command.output_channels = size_up_to(random, limits.channels * 2);
  Bytes fmm, wm;
  place_maps(random, limits, command, command.input_channels, command.output_channels, fmm);
  place_weights(random, command, wm);
  command.pad_value = random_zero_point(random);
  command.output_zero_point = random_zero_point(random);
  random_output_range(random, command);
  return finish(command, std::move(fmm), std::move(wm),
                shapes("fully connected", command.input_channels, command.output_channels, command));
}

RandomLayer make_random_max_pool(Random& random, const LayerLimits& limits) {
  Bytes fmm;
  kasane_ncu_pool command = random_pool_shape(random, limits, fmm);
  command.header.opcode = KASANE_NCU_MAX_POOL;
  command.header.layer = KASANE_NO_LAYER;
  command.input_zero_point = random_zero_point(random);
  command.output_zero_point = command.input_zero_point;
  random_output_range(random, command);
  Bytes wm(64, 0);
  return finish(command, std::move(fmm), std::move(wm),
                shapes("max pool", command.channels, command.channels, command));
}

RandomLayer make_random_average_pool(Random& random, const LayerLimits& limits) {
  Bytes fmm, wm;
  kasane_ncu_pool command = random_pool_shape(random, limits, fmm);
  command.header.opcode = KASANE_NCU_AVERAGE_POOL;
  command.header.layer = KASANE_NO_LAYER;
  command.parameter_count = random.one_in(2) ? 1u : uint32_t{command.kernel_height} * command.kernel_width;
  {
    Layout layout(random, wm);
    command.parameters_address = layout.place(command.parameter_count * sizeof(kasane_channel_parameters), 4);
  }
  for (uint32_t n = 0; n < command.parameter_count; ++n) {
    kasane_channel_parameters p = random_parameters(random, 74.0 * (n + 1));
    p.bias = 0;
    write_parameters(wm, command.parameters_address, n, p);
  }
  command.input_zero_point = random_zero_point(random);
  command.output_zero_point = random_zero_point(random);
  random_output_range(random, command);
  return finish(command, std::move(fmm), std::move(wm),
                shapes("average pool", command.channels, command.channels, command) +
                    (command.parameter_count == 1 ? ", one divisor" : ", divisor by count"));
}

RandomLayer make_random_add(Random& random, const LayerLimits& limits) {
  Bytes fmm;
  kasane_ncu_elementwise command = random_elementwise(random, limits, fmm, true);
  command.header.opcode = KASANE_NCU_ADD;
  return finish(command, std::move(fmm), Bytes(64, 0),
                "add of " + std::to_string(command.count) + " elements");
}

RandomLayer make_random_requantize(Random& random, const LayerLimits& limits) {
  Bytes fmm;
  kasane_ncu_elementwise command = random_elementwise(random, limits, fmm, false);
  command.header.opcode = KASANE_NCU_REQUANTIZE;
  return finish(command, std::move(fmm), Bytes(64, 0),
                "requantise of " + std::to_string(command.count) + " elements");
}

RandomLayer make_random_layer(Random& random, const LayerLimits& limits) {
  switch (random.between(0, 7)) {
    case 0:
      return make_random_fully_connected(random, limits);
    case 1:
      return make_random_max_pool(random, limits);
    case 2:
      return make_random_average_pool(random, limits);
    case 3:
      return make_random_add(random, limits);
    case 4:
      return make_random_requantize(random, limits);
    default:
      return make_random_convolution(random, limits);
  }
}

}  // namespace kasane::reference
