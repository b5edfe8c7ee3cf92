#include "sw/compiler/command_checker.h"

namespace kasane {

template <typename Command>
void CommandChecker::partial_sums(const Command& c) const {
  expect(c.sums_address % 4 == 0 && c.sums_channel_pitch % 4 == 0, "partial sums at multiples of 4 bytes");
  // The row's pitch is its width: one run of words a channel.
  const std::uint64_t words = std::uint64_t{c.output_height} * c.output_width;
  expect(words <= header_.sums_bytes / 4, "planes that fit the partial sum memory");
  within(KASANE_SPACE_SUMS, c.sums_address, extent(c.output_channels, c.sums_channel_pitch, 1, 0, words * 4));
}

void CommandChecker::residual() const {
  const auto c = as<kasane_ncu_residual>();
  expect(c.input_channels > 0 && c.input_height > 0 && c.input_width > 0 && c.output_channels > 0 &&
             c.output_height > 0 && c.output_width > 0 && c.kernel_height > 0 && c.kernel_width > 0 &&
             c.stride_height > 0 && c.stride_width > 0,
         "sizes and strides above zero");
  expect(c.output_min <= c.output_max, "an output range");
  expect(c.kept_block >= 1 && c.kept_block <= KASANE_NCU_MAX_KEPT_BLOCK, "1 to 32 output channels a block");
  const std::uint64_t blocks = (c.output_channels - 1) / c.kept_block + 1;
  expect(c.kept_address % 4 == 0 && c.kept_bytes % 4 == 0 && c.kept_bytes >= blocks * 4,
         "lists of kept kernels, one a block, at multiples of 4 bytes");
  within(KASANE_SPACE_WM, c.kept_address, c.kept_bytes);
  within(KASANE_SPACE_WM, c.weight_address, 0);
  parameters(c.parameters_address, c.output_channels);
  input_map(c, c.input_channels);
  output_map(c, c.output_channels);
  partial_sums(c);
}

void CommandChecker::unit_convolution() const {
  const auto c = as<kasane_kcu_convolution>();
  expect(c.input_channels > 0 && c.input_height > 0 && c.input_width > 0 && c.output_channels > 0 &&
             c.output_height > 0 && c.output_width > 0 && c.stride_height > 0 && c.stride_width > 0,
         "sizes and strides above zero");
  expect(c.kernel == 3 || c.kernel == 5 || c.kernel == 7, "a kernel of 3, 5 or 7");
  expect(c.gain_shift <= KASANE_KCU_MAX_GAIN_SHIFT, "a gain shift of at most 31");
  expect(header_.kcu_design != 0, "a package that names the units it was made for");
  expect(c.sums_channel_pitch / 4 >= std::uint64_t{c.output_height} * c.output_width,
         "planes of partial sums that do not overlap");
  constexpr std::uint64_t smallest_job = sizeof(kasane_kcu_job) + sizeof(kasane_kcu_target);
  expect(c.job_count >= 1 && c.table_address % 4 == 0 && c.table_bytes % 4 == 0 &&
             c.table_bytes >= c.job_count * smallest_job,
         "a table of at least one job, at a multiple of 4 bytes");
  within(KASANE_SPACE_TABLE, c.table_address, c.table_bytes);
  input_map(c, c.input_channels);
  partial_sums(c);
}

void CommandChecker::kcu() const {
  if (opcode() == KASANE_KCU_CONVOLUTION) return unit_convolution();
  expect(opcode() == KASANE_NCU_RESIDUAL,
         "an opcode for Kernel Comp Units or their residual, found " + std::to_string(opcode()));
  residual();
}

}  // namespace kasane
