#include "sw/compiler/command_check.h"

#include <algorithm>
#include <cstring>

#include "sw/compiler/package_view.h"

namespace kasane {
namespace {

class Checker {
 public:
  Checker(const kasane_package_header& header, std::span<const std::uint8_t> command, std::uint32_t index)
      : header_(header), command_(command), index_(index) {}

  void dma() const;
  void ncu() const;
  void cpu() const;
  void kcu() const;

 private:
  template <typename Command>
  Command as() const {
    Command command;
    static_assert(sizeof(command) == KASANE_COMMAND_BYTES);
    std::memcpy(&command, command_.data(), sizeof(command));
    return command;
  }
  void convolution() const;
  void residual() const;
  void unit_convolution() const;
  template <typename Command>
  void input_map(const Command& c, std::uint64_t channels) const;
  template <typename Command>
  void output_map(const Command& c, std::uint64_t channels) const;
  template <typename Command>
  void partial_sums(const Command& c) const;
  void pool() const;
  void elementwise() const;
  void parameters(std::uint64_t address, std::uint64_t count) const;
  void within(std::uint8_t space, std::uint64_t offset, std::uint64_t bytes) const;
  void expect(bool holds, const std::string& what) const {
    if (!holds) throw PackageError("package's command " + std::to_string(index_) + ": expected " + what);
  }
  std::uint16_t opcode() const { return as<kasane_dma_copy>().header.opcode; }

  const kasane_package_header& header_;
  std::span<const std::uint8_t> command_;
  std::uint32_t index_;
};

/// Bytes from the first to the last of `planes` x `rows` runs of `row_bytes`.
std::uint64_t extent(std::uint64_t planes, std::uint64_t plane_pitch, std::uint64_t rows,
                     std::uint64_t row_pitch, std::uint64_t row_bytes) {
  return (planes - 1) * plane_pitch + (rows - 1) * row_pitch + row_bytes;
}

void Checker::within(std::uint8_t space, std::uint64_t offset, std::uint64_t bytes) const {
  const std::uint64_t sizes[] = {0,
                                 header_.total_bytes,
                                 header_.fmm_bytes,
                                 header_.wm_bytes,
                                 header_.scratch_bytes,
                                 header_.input.bytes,
                                 header_.output.bytes,
                                 header_.sums_bytes,
                                 header_.table_bytes};
  expect(space >= KASANE_SPACE_PACKAGE && space <= KASANE_SPACE_TABLE,
         "a space from 1 to 8, found " + std::to_string(space));
  expect(bytes <= sizes[space] && offset <= sizes[space] - bytes,
         "offsets inside the " + std::to_string(sizes[space]) + " bytes of space " + std::to_string(space) +
             ", found " + std::to_string(offset) + " + " + std::to_string(bytes));
}

void Checker::dma() const {
  const auto c = as<kasane_dma_copy>();
  expect(c.header.opcode == KASANE_DMA_COPY,
         "opcode 1 of the DMA engine, found " + std::to_string(c.header.opcode));
  expect(c.row_bytes > 0 && c.rows > 0 && c.planes > 0, "a copy of at least one byte");
  // Each factor is below 2^32; a copy of 2^31 planes or rows leaves every memory of a package anyway.
  expect(c.rows < 0x80000000u && c.planes < 0x80000000u, "fewer than 2^31 rows and planes");
  within(c.source_space, c.source,
         extent(c.planes, c.source_plane_pitch, c.rows, c.source_row_pitch, c.row_bytes));
  within(c.destination_space, c.destination,
         extent(c.planes, c.destination_plane_pitch, c.rows, c.destination_row_pitch, c.row_bytes));
  expect(c.destination_space != KASANE_SPACE_PACKAGE, "a copy that leaves the package unchanged");
}

void Checker::parameters(std::uint64_t address, std::uint64_t count) const {
  expect(address % 4 == 0, "4-byte aligned parameters");
  within(KASANE_SPACE_WM, address, count * sizeof(kasane_channel_parameters));
}

// Maps of 2^31 channels or rows leave every memory anyway; fewer keep extents within 64 bits.
template <typename Command>
void Checker::input_map(const Command& c, std::uint64_t channels) const {
  expect(channels < 0x80000000u && c.input_height < 0x80000000u, "fewer than 2^31 channels and rows");
  within(KASANE_SPACE_FMM, c.input_address,
         extent(channels, c.input_channel_pitch, c.input_height, c.input_row_pitch, c.input_width));
}

template <typename Command>
void Checker::output_map(const Command& c, std::uint64_t channels) const {
  expect(channels < 0x80000000u && c.output_height < 0x80000000u, "fewer than 2^31 channels and rows");
  within(KASANE_SPACE_FMM, c.output_address,
         extent(channels, c.output_channel_pitch, c.output_height, c.output_row_pitch, c.output_width));
}

template <typename Command>
void Checker::partial_sums(const Command& c) const {
  expect(c.sums_address % 4 == 0 && c.sums_channel_pitch % 4 == 0, "partial sums at multiples of 4 bytes");
  // The row's pitch is its width: one run of words a channel.
  const std::uint64_t words = std::uint64_t{c.output_height} * c.output_width;
  expect(words <= header_.sums_bytes / 4, "planes that fit the partial sum memory");
  within(KASANE_SPACE_SUMS, c.sums_address, extent(c.output_channels, c.sums_channel_pitch, 1, 0, words * 4));
}

void Checker::convolution() const {
  const auto c = as<kasane_ncu_convolution>();
  expect(c.input_channels > 0 && c.input_height > 0 && c.input_width > 0 && c.output_channels > 0 &&
             c.output_height > 0 && c.output_width > 0 && c.kernel_height > 0 && c.kernel_width > 0 &&
             c.stride_height > 0 && c.stride_width > 0 && c.dilation_height > 0 && c.dilation_width > 0,
         "sizes, strides and dilations above zero");
  expect(c.groups > 0 && c.input_channels % c.groups == 0 && c.output_channels % c.groups == 0,
         "groups that divide both channel counts");
  expect(c.output_min <= c.output_max, "an output range");
  input_map(c, c.input_channels);
  output_map(c, c.output_channels);
  const std::uint64_t kernel =
      std::uint64_t{c.kernel_height} * c.kernel_width * (c.input_channels / c.groups);
  expect(kernel <= header_.wm_bytes, "a kernel that fits its weight memory");
  within(KASANE_SPACE_WM, c.weight_address, kernel * c.output_channels);
  parameters(c.parameters_address, c.output_channels);
}

void Checker::residual() const {
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

void Checker::unit_convolution() const {
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

void Checker::pool() const {
  const auto c = as<kasane_ncu_pool>();
  expect(c.channels > 0 && c.input_height > 0 && c.input_width > 0 && c.output_height > 0 &&
             c.output_width > 0 && c.kernel_height > 0 && c.kernel_width > 0 && c.stride_height > 0 &&
             c.stride_width > 0,
         "sizes and strides above zero");
  expect(c.output_min <= c.output_max, "an output range");
  input_map(c, c.channels);
  output_map(c, c.channels);
  const std::uint32_t window = std::uint32_t{c.kernel_height} * c.kernel_width;
  if (c.header.opcode == KASANE_NCU_MAX_POOL)
    return expect(c.parameter_count == 0, "no parameters of a maximum");
  expect(c.parameter_count == 1 || c.parameter_count == window, "one set of parameters or one a window size");
  parameters(c.parameters_address, c.parameter_count);
}

void Checker::elementwise() const {
  const auto c = as<kasane_ncu_elementwise>();
  expect(c.count > 0, "at least one element");
  expect(c.shift >= 1 && c.shift <= 62 && c.a_multiplier >= 0 && c.b_multiplier >= 0,
         "a shift from 1 to 62 and multipliers of at least 0");
  expect(c.output_min <= c.output_max, "an output range");
  within(KASANE_SPACE_FMM, c.a_address, c.count);
  if (c.header.opcode == KASANE_NCU_ADD) within(KASANE_SPACE_FMM, c.b_address, c.count);
  within(KASANE_SPACE_FMM, c.output_address, c.count);
}

void Checker::ncu() const {
  switch (opcode()) {
    case KASANE_NCU_CONVOLUTION:
    case KASANE_NCU_FULLY_CONNECTED:
      return convolution();
    case KASANE_NCU_MAX_POOL:
    case KASANE_NCU_AVERAGE_POOL:
      return pool();
    case KASANE_NCU_ADD:
    case KASANE_NCU_REQUANTIZE:
      return elementwise();
    default:
      expect(false, "an opcode of the NCU, found " + std::to_string(opcode()));
  }
}

void Checker::kcu() const {
  if (opcode() == KASANE_KCU_CONVOLUTION) return unit_convolution();
  expect(opcode() == KASANE_NCU_RESIDUAL,
         "an opcode for Kernel Comp Units or their residual, found " + std::to_string(opcode()));
  residual();
}

void Checker::cpu() const {
  const auto c = as<kasane_cpu_vector>();
  expect(c.header.opcode == KASANE_CPU_SOFTMAX || c.header.opcode == KASANE_CPU_ARGMAX,
         "an opcode of the runtime, found " + std::to_string(c.header.opcode));
  expect(c.count > 0, "at least one element");
  within(c.input_space, c.input_offset, c.count);
  within(c.output_space, c.output_offset, c.header.opcode == KASANE_CPU_ARGMAX ? 4 : c.count);
}

}  // namespace

void check_command(const kasane_package_header& header, std::uint16_t step_kind,
                   std::span<const std::uint8_t> command, std::uint32_t index) {
  const Checker checker(header, command, index);
  if (step_kind == KASANE_STEP_DMA) return checker.dma();
  if (step_kind == KASANE_STEP_NCU) return checker.ncu();
  if (step_kind == KASANE_STEP_KCU) return checker.kcu();
  checker.cpu();
}

}  // namespace kasane
