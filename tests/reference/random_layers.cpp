#include "tests/reference/random_layers.h"

#include <cmath>

#include "tests/reference/random_parts.h"
#include "tests/reference/random_shapes.h"

namespace kasane::reference {
namespace {

void place_weights(Random& random, kasane_ncu_convolution& command, Bytes& wm) {
  place_in_any_order(
      random, wm,
      {{&command.weight_address, command.output_channels * taps_of(command)},
       {&command.parameters_address, command.output_channels * sizeof(kasane_channel_parameters), 4}});
  // 74: deviation of a random byte
  const double spread = std::sqrt(static_cast<double>(taps_of(command))) * 74.0 * 74.0;
  for (uint32_t o = 0; o < command.output_channels; ++o)
    write_parameters(wm, command.parameters_address, o, random_parameters(random, spread));
}

template <typename Command>
RandomLayer finish(const Command& command, Bytes fmm, Bytes wm, std::string description) {
  return {.record = record_of(command),
          .fmm = std::move(fmm),
          .wm = std::move(wm),
          .description = std::move(description)};
}

RandomLayer finish_convolution(Random& random, const LayerLimits& limits, kasane_ncu_convolution& command,
                               const std::string& kind) {
  command.header.layer = KASANE_NO_LAYER;
  Bytes fmm, wm;
  place_maps(random, limits.pitch_slack, command, command.input_channels, command.output_channels, fmm);
  place_weights(random, command, wm);
  command.pad_value = random_zero_point(random);
  command.output_zero_point = random_zero_point(random);
  random_output_range(random, command);
  return finish(command, std::move(fmm), std::move(wm),
                kind + ' ' + describe_shape(command, command.input_channels, command.output_channels));
}

kasane_ncu_pool random_pool_shape(Random& random, const LayerLimits& limits, Bytes& fmm) {
  kasane_ncu_pool command{};
  set_axes(command, random_axis(random, limits, false), random_axis(random, limits, false));
  command.channels = size_up_to(random, limits.channels);
  place_maps(random, limits.pitch_slack, command, command.channels, command.channels, fmm);
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
  const Axis vertical = random_axis(random, limits, true);
  set_axes(command, vertical, random_axis(random, limits, true));
  random_channels(random, limits, limits.channels, command);
  return finish_convolution(random, limits, command, "convolution");
}

RandomLayer make_random_fully_connected(Random& random, const LayerLimits& limits) {
  kasane_ncu_convolution command{};
  command.header.opcode = KASANE_NCU_FULLY_CONNECTED;
  random_fully_connected(random, limits.channels * limits.extent, limits.channels * 2, command);
  return finish_convolution(random, limits, command, "fully connected");
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
                "max pool " + describe_shape(command, command.channels, command.channels));
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
                "average pool " + describe_shape(command, command.channels, command.channels) +
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
