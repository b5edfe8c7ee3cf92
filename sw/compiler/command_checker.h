/// How the commands of a package are checked; of use to command_check*.cpp only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <span>
#include <string>

#include "sw/compiler/package_view.h"

namespace kasane {

/// Bytes from the first to the last of `planes` x `rows` runs of `row_bytes`.
inline std::uint64_t extent(std::uint64_t planes, std::uint64_t plane_pitch, std::uint64_t rows,
                            std::uint64_t row_pitch, std::uint64_t row_bytes) {
  return (planes - 1) * plane_pitch + (rows - 1) * row_pitch + row_bytes;
}

/// One command against the memories that its package claims; one file an engine defines the functions.
class CommandChecker {
 public:
  CommandChecker(const kasane_package_header& header, const kasane_step& step,
                 std::span<const std::uint8_t> command, std::uint32_t index)
      : header_(header), on_cpu_(step.run_by == KASANE_RUN_BY_CPU), command_(command), index_(index) {}

  void dma() const;
  void ncu() const;
  void cpu() const;
  void kcu() const;
  void array() const;
  void hiddenite() const;
  void exit_unit() const;

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
  void map(std::uint64_t address, std::uint64_t planes, std::uint64_t plane_pitch, std::uint64_t height,
           std::uint64_t row_pitch, std::uint64_t width) const;
  /// Sizes, strides, dilations and groups of a convolution.
  template <typename Command>
  void convolution_shape(const Command& c) const;
  /// A fully connected layer, if it is one, has one pixel and one group.
  template <typename Command>
  void one_pixel(const Command& c, std::uint16_t fully_connected) const;
  template <typename Command>
  void reserved_zero(const Command& c) const;
  void array_shape(const kasane_cartesian_convolution& c) const;
  void array_formats(const kasane_cartesian_convolution& c) const;
  void array_maps(const kasane_cartesian_convolution& c) const;
  /// Where a map ends whose elements each have a byte of their own.
  std::uint64_t distinct_map(std::uint64_t address, std::uint64_t planes, std::uint64_t plane_pitch,
                             std::uint64_t height, std::uint64_t row_pitch, std::uint64_t width) const;
  /// Both maps of a command, which must not overlap.
  template <typename Command>
  void separate_maps(const Command& c, std::uint64_t input_planes, std::uint64_t input_pitch,
                     std::uint64_t output_planes, std::uint64_t output_pitch) const;
  void masks(const kasane_hiddenite_convolution& c) const;
  void array_weights(const kasane_cartesian_convolution& c) const;
  void pool() const;
  void elementwise() const;
  void parameters(std::uint64_t address, std::uint64_t count) const;
  void within(std::uint8_t space, std::uint64_t offset, std::uint64_t bytes) const;
  void expect(bool holds, const std::string& what) const {
    if (!holds) throw PackageError("package's command " + std::to_string(index_) + ": expected " + what);
  }
  /// What addresses of engines' records count from.
  std::uint8_t maps_space() const { return on_cpu_ ? KASANE_SPACE_CPU_MAPS : KASANE_SPACE_FMM; }
  std::uint8_t weights_space() const { return on_cpu_ ? KASANE_SPACE_CPU_WEIGHTS : KASANE_SPACE_WM; }
  std::uint32_t weights_bytes() const { return on_cpu_ ? header_.cpu_weights_bytes : header_.wm_bytes; }
  std::uint16_t opcode() const { return as<kasane_dma_copy>().header.opcode; }

  const kasane_package_header& header_;
  bool on_cpu_;
  std::span<const std::uint8_t> command_;
  std::uint32_t index_;
};

template <typename Command>
void CommandChecker::convolution_shape(const Command& c) const {
  expect(c.input_channels > 0 && c.input_height > 0 && c.input_width > 0 && c.output_channels > 0 &&
             c.output_height > 0 && c.output_width > 0 && c.kernel_height > 0 && c.kernel_width > 0 &&
             c.stride_height > 0 && c.stride_width > 0 && c.dilation_height > 0 && c.dilation_width > 0,
         "sizes, strides and dilations above zero");
  expect(c.groups > 0 && c.input_channels % c.groups == 0 && c.output_channels % c.groups == 0,
         "groups that divide both channel counts");
}

template <typename Command>
void CommandChecker::one_pixel(const Command& c, std::uint16_t fully_connected) const {
  expect(
      c.header.opcode != fully_connected ||
          (c.input_height == 1 && c.input_width == 1 && c.output_height == 1 && c.output_width == 1 &&
           c.kernel_height == 1 && c.kernel_width == 1 && c.groups == 1 && c.pad_top == 0 && c.pad_left == 0),
      "one pixel, one coordinate and one group of a fully connected layer");
}

template <typename Command>
void CommandChecker::reserved_zero(const Command& c) const {
  expect(c.header.reserved == 0 &&
             std::all_of(std::begin(c.reserved), std::end(c.reserved), [](auto byte) { return byte == 0; }),
         "reserved bytes of zero");
}

template <typename Command>
void CommandChecker::separate_maps(const Command& c, std::uint64_t input_planes, std::uint64_t input_pitch,
                                   std::uint64_t output_planes, std::uint64_t output_pitch) const {
  const std::uint64_t input_end = distinct_map(c.input_address, input_planes, input_pitch, c.input_height,
                                               c.input_row_pitch, c.input_width);
  const std::uint64_t output_end = distinct_map(c.output_address, output_planes, output_pitch,
                                                c.output_height, c.output_row_pitch, c.output_width);
  expect(input_end <= c.output_address || output_end <= c.input_address, "maps that do not overlap");
}

template <typename Command>
void CommandChecker::input_map(const Command& c, std::uint64_t channels) const {
  map(c.input_address, channels, c.input_channel_pitch, c.input_height, c.input_row_pitch, c.input_width);
}

template <typename Command>
void CommandChecker::output_map(const Command& c, std::uint64_t channels) const {
  map(c.output_address, channels, c.output_channel_pitch, c.output_height, c.output_row_pitch,
      c.output_width);
}

}  // namespace kasane
