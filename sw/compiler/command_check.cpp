#include "sw/compiler/command_check.h"

#include "sw/compiler/command_checker.h"

namespace kasane {

void CommandChecker::within(std::uint8_t space, std::uint64_t offset, std::uint64_t bytes) const {
  const std::uint64_t sizes[] = {0,
                                 header_.total_bytes,
                                 header_.fmm_bytes,
                                 header_.wm_bytes,
                                 header_.scratch_bytes,
                                 header_.input.bytes,
                                 header_.outputs_bytes,
                                 header_.sums_bytes,
                                 header_.table_bytes,
                                 header_.cpu_maps_bytes,
                                 header_.cpu_weights_bytes};
  expect(space >= KASANE_SPACE_PACKAGE && space <= KASANE_SPACE_CPU_WEIGHTS,
         "a space from 1 to 10, found " + std::to_string(space));
  expect(bytes <= sizes[space] && offset <= sizes[space] - bytes,
         "offsets inside the " + std::to_string(sizes[space]) + " bytes of space " + std::to_string(space) +
             ", found " + std::to_string(offset) + " + " + std::to_string(bytes));
}

void CommandChecker::dma() const {
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

void CommandChecker::parameters(std::uint64_t address, std::uint64_t count) const {
  expect(address % 4 == 0, "4-byte aligned parameters");
  within(weights_space(), address, count * sizeof(kasane_channel_parameters));
}

// Maps of 2^31 planes or rows leave every memory anyway; fewer keep extents within 64 bits.
void CommandChecker::map(std::uint64_t address, std::uint64_t planes, std::uint64_t plane_pitch,
                         std::uint64_t height, std::uint64_t row_pitch, std::uint64_t width) const {
  expect(planes < 0x80000000u && height < 0x80000000u, "fewer than 2^31 channels and rows");
  within(maps_space(), address, extent(planes, plane_pitch, height, row_pitch, width));
}

std::uint64_t CommandChecker::distinct_map(std::uint64_t address, std::uint64_t planes,
                                           std::uint64_t plane_pitch, std::uint64_t height,
                                           std::uint64_t row_pitch, std::uint64_t width) const {
  map(address, planes, plane_pitch, height, row_pitch, width);
  const bool rows_apart = height == 1 || row_pitch >= width;
  const bool planes_apart = planes == 1 || plane_pitch >= (height - 1) * row_pitch + width;
  expect(rows_apart && planes_apart, "rows and planes that do not overlap");
  return address + extent(planes, plane_pitch, height, row_pitch, width);
}

void CommandChecker::cpu() const {
  const auto c = as<kasane_cpu_vector>();
  expect(c.header.opcode == KASANE_CPU_SOFTMAX || c.header.opcode == KASANE_CPU_ARGMAX,
         "an opcode of the runtime, found " + std::to_string(c.header.opcode));
  expect(c.count > 0, "at least one element");
  within(c.input_space, c.input_offset, c.count);
  within(c.output_space, c.output_offset, c.header.opcode == KASANE_CPU_ARGMAX ? 4 : c.count);
}

void CommandChecker::exit_unit() const {
  const auto c = as<kasane_exit_decide_command>();
  expect(c.header.opcode == KASANE_EXIT_UNIT_DECIDE,
         "the opcode of the exit unit, found " + std::to_string(c.header.opcode));
  expect(c.count >= 1 && c.count <= KASANE_MAX_LOGITS,
         "1 to " + std::to_string(KASANE_MAX_LOGITS) + " logits");
  reserved_zero(c);
  within(KASANE_SPACE_FMM, c.input_address, c.count);
}

void check_command(const kasane_package_header& header, const kasane_step& step,
                   std::span<const std::uint8_t> command, std::uint32_t index) {
  const CommandChecker checker(header, step, command, index);
  const std::uint16_t step_kind = step.kind;
  if (step_kind == KASANE_STEP_DMA) return checker.dma();
  if (step_kind == KASANE_STEP_NCU) return checker.ncu();
  if (step_kind == KASANE_STEP_KCU) return checker.kcu();
  if (step_kind == KASANE_STEP_CARTESIAN) return checker.array();
  if (step_kind == KASANE_STEP_HIDDENITE) return checker.hiddenite();
  if (step_kind == KASANE_STEP_EXIT_UNIT) return checker.exit_unit();
  checker.cpu();
}

}  // namespace kasane
