#include "models/kernel_comp_unit/schedule.h"

#include <algorithm>

namespace kasane::kcu {

std::vector<Phase> phases_of(const kasane_kcu_convolution& command, const KcuConfig& config) {
  const std::uint32_t most = std::max(config.response_words / command.output_width, 1u);
  const std::uint64_t row_pixels =
      std::uint64_t{command.output_width - 1} * command.stride_width + command.kernel;
  std::vector<Phase> phases;
  std::uint32_t loaded = 0;    // input rows
  std::uint64_t streamed = 0;  // rows of the padded input
  for (std::uint32_t row = 0; row < command.output_height; row += most) {
    Phase phase{.first_row = row, .rows = std::min(most, command.output_height - row)};
    const std::uint64_t bottom =
        std::uint64_t{row + phase.rows - 1} * command.stride_height + command.kernel;  // of the padded input
    const std::uint64_t needed = std::clamp<std::int64_t>(static_cast<std::int64_t>(bottom) - command.pad_top,
                                                          loaded, command.input_height);
    phase.first_input_row = loaded;
    phase.input_rows = static_cast<std::uint32_t>(needed) - loaded;
    phase.responses = std::uint64_t{phase.rows} * command.output_width;
    phase.streamed_pixels = (bottom - streamed) * row_pixels;
    loaded += phase.input_rows;
    streamed = bottom;
    phases.push_back(phase);
  }
  return phases;
}

std::vector<Burst> loads_of(const kasane_kcu_convolution& command, const Phase& phase,
                            std::uint32_t channel) {
  std::vector<Burst> bursts;
  if (phase.input_rows == 0) return bursts;
  bursts_of({command.input_address, command.input_channels, command.input_height, command.input_width,
             command.input_channel_pitch, command.input_row_pitch},
            {.channel = channel,
             .channels = 1,
             .row = phase.first_input_row,
             .rows = phase.input_rows,
             .column = 0,
             .columns = command.input_width},
            bursts);
  for (Burst& burst : bursts) burst.offset += phase.first_input_row * command.input_width;
  return bursts;
}

Burst sums_of(const kasane_kcu_convolution& command, const Phase& phase, std::uint32_t output) {
  const std::uint32_t before = phase.first_row * command.output_width * 4;
  return {command.sums_address + output * command.sums_channel_pitch + before, 0,
          static_cast<std::uint32_t>(phase.responses * 4)};
}

std::uint64_t respond_cycles(const Phase& phase, const KcuConfig& config) {
  return divide_up(phase.streamed_pixels, config.pixels_per_cycle);
}

std::uint64_t weigh_cycles(const Phase& phase, std::uint64_t targets, const KcuConfig& config) {
  return phase.responses * divide_up(targets, config.lanes);
}

Operations load_operations(const Phase& phase, std::uint64_t targets) {
  Operations operations;
  if (phase.first_row == 0) operations[Operation::target_write] = targets;
  return operations;
}

Operations respond_operations(const Phase& phase) {
  Operations operations;
  operations[Operation::window_shift] = phase.streamed_pixels;
  operations[Operation::line_read] = phase.streamed_pixels;
  operations[Operation::line_write] = phase.streamed_pixels;
  operations[Operation::response] = phase.responses;
  operations[Operation::response_write] = phase.responses;
  return operations;
}

Operations weigh_operations(const Phase& phase, std::uint64_t targets, const KcuConfig& config) {
  Operations operations;
  operations[Operation::response_read] = weigh_cycles(phase, targets, config);
  operations[Operation::gain] = phase.responses * targets;
  operations[Operation::target_read] = targets;
  return operations;
}

Estimate estimate(const kasane_kcu_convolution& command, std::uint64_t targets, const KcuConfig& config,
                  PortTiming fmm, PortTiming sums) {
  const std::vector<Phase> phases = phases_of(command, config);
  Estimate total;
  for (std::size_t step = 0; step < phases.size() + 2; ++step) {
    std::uint64_t slowest = 0;
    if (step < phases.size()) {
      std::uint64_t loading = 0;
      for (const Burst& burst : loads_of(command, phases[step], 0)) {
        loading += fmm.cycles(burst);
        total.fmm_bytes_read += burst.bytes;
      }
      slowest = loading;
      total.operations += load_operations(phases[step], targets);
    }
    if (step >= 1 && step - 1 < phases.size()) {
      slowest = std::max(slowest, respond_cycles(phases[step - 1], config));
      total.operations += respond_operations(phases[step - 1]);
    }
    if (step >= 2) {
      const Phase& phase = phases[step - 2];
      const std::uint64_t bytes = sums_of(command, phase, 0).bytes;
      slowest = std::max({slowest, weigh_cycles(phase, targets, config), targets * sums.cycles(bytes)});
      total.sums_bytes_accumulated += targets * bytes;
      total.operations += weigh_operations(phase, targets, config);
    }
    total.cycles += slowest;
  }
  return total;
}

}  // namespace kasane::kcu
