/// Commands of the units and their tables, made by hand.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "models/kernel_comp_unit/config.h"
#include "models/kernel_comp_unit/job.h"

namespace kasane::kcu {

/// What the tests vary; the rest is dense and has stride 1.
struct LayerShape {
  std::uint32_t channels = 1;
  std::uint32_t height = 0;
  std::uint32_t width = 0;
  std::uint32_t outputs = 1;
  std::uint32_t output_height = 0;
  std::uint32_t output_width = 0;
  std::uint16_t kernel = 3;
  std::uint16_t pad = 0;  ///< at the top and on the left
};

inline kasane_kcu_convolution convolution(const LayerShape& shape) {
  kasane_kcu_convolution command{};
  command.header.opcode = KASANE_KCU_CONVOLUTION;
  command.header.layer = 3;
  command.input_channels = shape.channels;
  command.input_height = shape.height;
  command.input_width = shape.width;
  command.input_channel_pitch = shape.height * shape.width;
  command.input_row_pitch = shape.width;
  command.output_channels = shape.outputs;
  command.output_height = shape.output_height;
  command.output_width = shape.output_width;
  command.sums_channel_pitch = shape.output_height * shape.output_width * 4;
  command.kernel = shape.kernel;
  command.stride_height = command.stride_width = 1;
  command.pad_top = command.pad_left = shape.pad;
  return command;
}

/// Puts the jobs into a table and says so in the command.
inline std::vector<std::uint8_t> tabulate(const std::vector<Job>& jobs, kasane_kcu_convolution& command) {
  std::vector<std::uint8_t> table;
  const auto append = [&](const auto& record) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&record);
    table.insert(table.end(), bytes, bytes + sizeof(record));
  };
  for (const Job& job : jobs) {
    append(kasane_kcu_job{job.unit, job.channel, static_cast<std::uint16_t>(job.targets.size()), 0});
    for (const kasane_kcu_target& target : job.targets) append(target);
  }
  command.job_count = static_cast<std::uint32_t>(jobs.size());
  command.table_bytes = static_cast<std::uint32_t>(table.size());
  return table;
}

/// A unit that is a 1 in the middle of a kernel: its response is the input.
inline UnitKernel identity(std::uint32_t size) {
  UnitKernel unit{size, std::vector<std::int8_t>(std::size_t{size} * size)};
  unit.constants[unit.constants.size() / 2] = 1;
  return unit;
}

}  // namespace kasane::kcu
