#include "models/kernel_comp_unit/job.h"

#include <cstring>

#include "models/common/command_fields.h"
#include "models/common/planes.h"

namespace kasane::kcu {
namespace {

/// Every window meets the input, and padding is less than the kernel.
bool windows_fit(std::uint64_t outputs, std::uint64_t stride, std::uint64_t pad, std::uint64_t kernel,
                 std::uint64_t inputs) {
  return outputs > 0 && stride > 0 && pad < kernel && (outputs - 1) * stride < inputs + pad;
}

template <typename Record>
bool take(std::span<const std::uint8_t>& bytes, Record& record) {
  if (bytes.size() < sizeof(record)) return false;
  std::memcpy(&record, bytes.data(), sizeof(record));
  bytes = bytes.subspan(sizeof(record));
  return true;
}

}  // namespace

std::uint32_t check(const kasane_kcu_convolution& command, const KcuConfig& config, std::uint64_t sums_bytes,
                    std::uint64_t table_bytes) {
  const std::uint64_t k = command.kernel;
  const bool good =
      all_zero(command.reserved) && (k == 3 || k == 5 || k == 7) &&
      valid(Planes{command.input_address, command.input_channels, command.input_height, command.input_width,
                   command.input_channel_pitch, command.input_row_pitch}) &&
      command.input_width <= config.line_bytes && command.output_channels > 0 &&
      windows_fit(command.output_height, command.stride_height, command.pad_top, k, command.input_height) &&
      windows_fit(command.output_width, command.stride_width, command.pad_left, k, command.input_width) &&
      command.output_width <= config.response_words && command.gain_shift <= KASANE_KCU_MAX_GAIN_SHIFT &&
      command.job_count > 0 && command.sums_address % 4 == 0 && command.sums_channel_pitch % 4 == 0 &&
      command.sums_channel_pitch >= std::uint64_t{4} * command.output_height * command.output_width &&
      command.table_address % 4 == 0 && command.table_bytes % 4 == 0 &&
      command.table_bytes >=
          command.job_count * std::uint64_t{sizeof(kasane_kcu_job) + sizeof(kasane_kcu_target)};
  if (!good) return KASANE_ERROR_PARAMETER;
  const std::uint64_t last_map = std::uint64_t{command.output_channels - 1} * command.sums_channel_pitch;
  const std::uint64_t map = std::uint64_t{4} * command.output_height * command.output_width;
  const bool inside = command.sums_address + last_map + map <= sums_bytes &&
                      std::uint64_t{command.table_address} + command.table_bytes <= table_bytes;
  return inside ? KASANE_ERROR_NONE : KASANE_ERROR_ADDRESS;
}

bool decode(std::span<const std::uint8_t> table, const kasane_kcu_convolution& command,
            const KcuConfig& config, std::vector<Job>& jobs) {
  const std::int32_t gain_limit = 1 << (config.gain_bits - 1);
  jobs.clear();
  for (std::uint32_t index = 0; index < command.job_count; ++index) {
    kasane_kcu_job record{};
    if (!take(table, record)) return false;
    if (record.unit >= config.units.size() || config.units[record.unit].size != command.kernel ||
        record.channel >= command.input_channels || record.targets == 0 || record.reserved != 0) {
      return false;
    }
    Job job{.unit = record.unit, .channel = record.channel, .targets = {}};
    job.targets.reserve(record.targets);
    for (std::uint32_t n = 0; n < record.targets; ++n) {
      kasane_kcu_target target{};
      if (!take(table, target) || target.output >= command.output_channels) return false;
      if (target.gain >= gain_limit || target.gain < -gain_limit) return false;
      job.targets.push_back(target);
    }
    jobs.push_back(std::move(job));
  }
  return table.empty();
}

}  // namespace kasane::kcu
