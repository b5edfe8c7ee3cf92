#include "tests/reference/kcu_reference.h"

#include <algorithm>
#include <stdexcept>

namespace kasane::reference {
namespace {

void expect(bool holds, const char* what) {
  if (!holds) throw std::invalid_argument(what);
}

/// floor(value / 2^shift); / truncates, so a negative value that leaves a remainder goes one further down.
int64_t shifted_down(int64_t value, int shift) {
  const int64_t divisor = int64_t{1} << shift;
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

/// What one element of a response adds to one partial sum.
int64_t scaled(int64_t response, int gain, int gain_shift) {
  const int64_t half = gain_shift > 0 ? int64_t{1} << (gain_shift - 1) : 0;
  return shifted_down(response * gain + half, gain_shift);
}

int64_t response(const kasane_kcu_convolution& command, const UnitKernel& unit, const Bytes& fmm,
                 uint32_t channel, uint32_t y, uint32_t x) {
  const FeatureMap input{command.input_address, command.input_channel_pitch, command.input_row_pitch};
  int64_t sum = 0;
  for (uint32_t r = 0; r < unit.size; ++r) {
    for (uint32_t s = 0; s < unit.size; ++s) {
      const int64_t row = int64_t{y} * command.stride_height + r - command.pad_top;
      const int64_t column = int64_t{x} * command.stride_width + s - command.pad_left;
      sum += unit.constants.at(r * unit.size + s) * padded_element(fmm, input, command.input_height,
                                                                   command.input_width, channel, row, column,
                                                                   command.pad_value);
    }
  }
  return sum;
}

/// Partial sum (o, y, x), as both records place it.
template <typename Command>
uint64_t sum_address(const Command& command, uint32_t o, uint32_t y, uint32_t x) {
  return command.sums_address + uint64_t{o} * command.sums_channel_pitch +
         (uint64_t{y} * command.output_width + x) * 4;
}

template <typename Command, typename Visit>
void for_each_output(const Command& command, Visit visit) {
  for (uint32_t y = 0; y < command.output_height; ++y)
    for (uint32_t x = 0; x < command.output_width; ++x) visit(y, x);
}

void check(const kasane_kcu_convolution& command, const std::vector<UnitKernel>& units,
           const std::vector<Job>& jobs) {
  expect(command.gain_shift <= KASANE_KCU_MAX_GAIN_SHIFT, "gain shift too large");
  for (const Job& job : jobs) {
    expect(job.unit < units.size(), "a job names a unit that does not exist");
    expect(units[job.unit].size == command.kernel, "a job's unit has another kernel size than the record");
    expect(job.channel < command.input_channels, "a job names an input channel that does not exist");
    for (const kasane_kcu_target& target : job.targets)
      expect(target.output < command.output_channels, "a target is an output channel that does not exist");
  }
}

/// A 2-D kernel that the NCU computes itself, and where its weights lie.
struct KeptKernel {
  uint32_t output;
  uint32_t channel;
  uint64_t weights;
};

void check(const kasane_kept_channel& kept, uint32_t block_outputs, int64_t previous_channel,
           uint32_t input_channels) {
  expect(kept.reserved == 0, "a kept channel's reserved field is not zero");
  expect(kept.channel > previous_channel, "kept channels do not ascend");
  expect(kept.channel < input_channels, "a kept channel does not exist");
  expect(kept.outputs != 0, "a kept channel without outputs");
  expect(block_outputs == 32 || kept.outputs < uint32_t{1} << block_outputs,
         "a kept kernel of an output channel beyond the block");
}

std::vector<KeptKernel> decode_kept(const kasane_ncu_residual& command, const Bytes& wm) {
  expect(command.kept_block >= 1 && command.kept_block <= KASANE_NCU_MAX_KEPT_BLOCK, "impossible kept_block");
  std::vector<KeptKernel> kernels;
  uint64_t address = command.kept_address, weights = command.weight_address;
  for (uint32_t first = 0; first < command.output_channels; first += command.kept_block) {
    const uint32_t block_outputs = std::min<uint32_t>(command.kept_block, command.output_channels - first);
    const auto entries = static_cast<uint32_t>(word(wm, address));
    address += 4;
    int64_t previous = -1;
    for (uint32_t entry = 0; entry < entries; ++entry, address += sizeof(kasane_kept_channel)) {
      const kasane_kept_channel kept{.channel = static_cast<uint16_t>(half_word(wm, address)),
                                     .reserved = static_cast<uint16_t>(half_word(wm, address + 2)),
                                     .outputs = static_cast<uint32_t>(word(wm, address + 4))};
      check(kept, block_outputs, previous, command.input_channels);
      previous = kept.channel;
      for (uint32_t bit = 0; bit < block_outputs; ++bit) {
        if ((kept.outputs >> bit) % 2 == 0) continue;
        kernels.push_back({first + bit, kept.channel, weights});
        weights += uint64_t{command.kernel_height} * command.kernel_width;
      }
    }
  }
  expect(address == uint64_t{command.kept_address} + command.kept_bytes, "kept lists do not fill kept_bytes");
  return kernels;
}

int64_t kernel_sum(const kasane_ncu_residual& command, const Bytes& fmm, const Bytes& wm,
                   const KeptKernel& kernel, uint32_t y, uint32_t x) {
  const FeatureMap input{command.input_address, command.input_channel_pitch, command.input_row_pitch};
  int64_t sum = 0;
  for (uint32_t r = 0; r < command.kernel_height; ++r) {
    for (uint32_t s = 0; s < command.kernel_width; ++s) {
      const int64_t row = int64_t{y} * command.stride_height + r - command.pad_top;
      const int64_t column = int64_t{x} * command.stride_width + s - command.pad_left;
      sum += signed_byte(wm, kernel.weights + uint64_t{r} * command.kernel_width + s) *
             padded_element(fmm, input, command.input_height, command.input_width, kernel.channel, row,
                            column, command.pad_value);
    }
  }
  return sum;
}

}  // namespace

uint32_t design_crc(const std::vector<UnitKernel>& units) {
  uint32_t remainder = 0xFFFFFFFF;
  const auto add = [&](uint8_t byte) {
    for (int bit = 0; bit < 8; ++bit) {
      const bool divides = (remainder ^ (byte >> bit)) % 2 != 0;
      remainder = remainder / 2 ^ (divides ? 0xEDB88320 : 0);  // the polynomial, lowest bit first
    }
  };
  for (const UnitKernel& unit : units) {
    add(static_cast<uint8_t>(unit.size));
    for (const int8_t constant : unit.constants) add(static_cast<uint8_t>(constant));
  }
  return ~remainder;
}

std::vector<Job> decode_table(const kasane_kcu_convolution& command, const Bytes& table) {
  const uint64_t end = uint64_t{command.table_address} + command.table_bytes;
  expect(command.job_count >= 1, "no jobs");
  uint64_t address = command.table_address;
  std::vector<Job> jobs;
  for (uint32_t n = 0; n < command.job_count; ++n) {
    Job job{static_cast<uint16_t>(half_word(table, address)),
            static_cast<uint16_t>(half_word(table, address + 2)),
            {}};
    const uint32_t targets = half_word(table, address + 4);
    expect(targets >= 1, "a job without targets");
    expect(half_word(table, address + 6) == 0, "a job's reserved field is not zero");
    address += sizeof(kasane_kcu_job);
    for (uint32_t t = 0; t < targets; ++t, address += sizeof(kasane_kcu_target))
      job.targets.push_back({static_cast<uint16_t>(half_word(table, address)),
                             static_cast<int16_t>(half_word(table, address + 2))});
    jobs.push_back(job);
  }
  expect(address == end, "the jobs do not fill table_bytes");
  return jobs;
}

Bytes encode_table(const kasane_kcu_convolution& command, const std::vector<Job>& jobs, Bytes table) {
  uint64_t address = command.table_address;
  const auto append = [&](uint32_t value) {
    store_half_word(table, address, value);
    address += 2;
  };
  for (const Job& job : jobs) {
    append(job.unit);
    append(job.channel);
    append(static_cast<uint32_t>(job.targets.size()));
    append(0);
    for (const kasane_kcu_target& target : job.targets) {
      append(target.output);
      append(static_cast<uint16_t>(target.gain));
    }
  }
  expect(address == uint64_t{command.table_address} + command.table_bytes,
         "the jobs do not fill table_bytes");
  return table;
}

Bytes kcu_convolution(const kasane_kcu_convolution& command, const std::vector<UnitKernel>& units,
                      const Bytes& fmm, const Bytes& table, Bytes sums) {
  const std::vector<Job> jobs = decode_table(command, table);
  check(command, units, jobs);
  for_each_output(command, [&](uint32_t y, uint32_t x) {
    for (uint32_t o = 0; o < command.output_channels; ++o) store_word(sums, sum_address(command, o, y, x), 0);
  });
  for (const Job& job : jobs)
    for_each_output(command, [&](uint32_t y, uint32_t x) {
      const int64_t value = response(command, units[job.unit], fmm, job.channel, y, x);
      for (const kasane_kcu_target& target : job.targets) {
        const uint64_t address = sum_address(command, target.output, y, x);
        store_word(sums, address,
                   wrapped(word(sums, address) + scaled(value, target.gain, command.gain_shift)));
      }
    });
  return sums;
}

Bytes residual(const kasane_ncu_residual& command, Bytes fmm, const Bytes& wm, const Bytes& sums) {
  const Bytes before = fmm;
  const FeatureMap output{command.output_address, command.output_channel_pitch, command.output_row_pitch};
  const std::vector<KeptKernel> kernels = decode_kept(command, wm);
  for (uint32_t o = 0; o < command.output_channels; ++o) {
    const kasane_channel_parameters p = parameters_at(wm, command.parameters_address, o);
    for_each_output(command, [&](uint32_t y, uint32_t x) {
      int64_t sum = int64_t{word(sums, sum_address(command, o, y, x))} + p.bias;
      for (const KeptKernel& kernel : kernels)
        if (kernel.output == o) sum += kernel_sum(command, before, wm, kernel, y, x);
      store(fmm, output.index(o, y, x),
            requantise(wrapped(sum), p.multiplier, p.shift, command.output_zero_point, command.output_min,
                       command.output_max));
    });
  }
  return fmm;
}

}  // namespace kasane::reference
