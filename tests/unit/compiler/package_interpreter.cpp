#include "tests/unit/compiler/package_interpreter.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "tests/reference/cartesian_reference.h"
#include "tests/reference/hiddenite_reference.h"
#include "tests/reference/ncu_reference.h"

namespace kasane::test {
namespace {

template <typename Command>
Command read(std::span<const std::uint8_t> bytes) {
  Command command;
  std::memcpy(&command, bytes.data(), sizeof(command));
  return command;
}

}  // namespace

PackageInterpreter::PackageInterpreter(std::span<const std::uint8_t> package,
                                       std::vector<reference::UnitKernel> units)
    : view_(package),
      package_(package.begin(), package.end()),
      fmm_(view_.header().fmm_bytes, 0xA5),
      wm_(view_.header().wm_bytes, 0x5A),
      scratch_(view_.header().scratch_bytes, 0xC3),
      input_(view_.header().input.bytes),
      outputs_(view_.header().outputs_bytes, 0x3C),
      cpu_maps_(view_.header().cpu_maps_bytes, 0x69),
      cpu_weights_(view_.header().cpu_weights_bytes, 0x96),
      sums_(view_.header().sums_bytes, 0xF0),
      table_(view_.header().table_bytes, 0x0F),
      units_(std::move(units)) {
  execute(0, view_.header().setup_step_count);
}

std::vector<std::uint8_t> PackageInterpreter::run(std::span<const std::uint8_t> pixels) {
  load(pixels);
  execute(view_.header().setup_step_count, view_.steps().size());
  return output(view_.exits().size() - 1);
}

void PackageInterpreter::load(std::span<const std::uint8_t> pixels) {
  if (pixels.size() != input_.size()) throw std::invalid_argument("wrong image size");
  for (std::size_t i = 0; i < pixels.size(); ++i) input_[i] = static_cast<std::uint8_t>(pixels[i] - 128);
}

std::vector<std::uint8_t> PackageInterpreter::output(std::size_t exit) const {
  const kasane_exit& record = view_.exits()[exit];
  const auto begin = outputs_.begin() + record.output_offset;
  return {begin, begin + record.output.bytes};
}

void PackageInterpreter::execute(std::size_t first_step, std::size_t end_step) {
  for (std::size_t s = first_step; s < end_step; ++s) {
    const kasane_step& step = view_.steps()[s];
    for (std::uint32_t c = step.first; c < step.first + step.count; ++c) execute(step, view_.command(c));
  }
}

void PackageInterpreter::execute(const kasane_step& step, std::span<const std::uint8_t> command) {
  const bool on_cpu = step.run_by == KASANE_RUN_BY_CPU;
  auto& maps = on_cpu ? cpu_maps_ : fmm_;
  switch (step.kind) {
    case KASANE_STEP_DMA:
      return copy(read<kasane_dma_copy>(command));
    case KASANE_STEP_NCU:
      maps = reference::execute(read<reference::CommandRecord>(command), std::move(maps),
                                on_cpu ? cpu_weights_ : wm_);
      return;
    case KASANE_STEP_KCU:
      return run_units(command);
    case KASANE_STEP_CARTESIAN:
      fmm_ =
          reference::cartesian_convolution(read<kasane_cartesian_convolution>(command), std::move(fmm_), wm_);
      return;
    case KASANE_STEP_HIDDENITE:
      fmm_ =
          reference::hiddenite_convolution(read<kasane_hiddenite_convolution>(command), std::move(fmm_), wm_);
      return;
    case KASANE_STEP_EXIT_UNIT:
      return decide(read<kasane_exit_decide_command>(command));
    default:
      return compute_on_cpu(read<kasane_cpu_vector>(command));
  }
}

void PackageInterpreter::run_units(std::span<const std::uint8_t> command) {
  const auto convolution = read<kasane_kcu_convolution>(command);
  if (convolution.header.opcode == KASANE_KCU_CONVOLUTION) {
    sums_ = reference::kcu_convolution(convolution, units_, fmm_, table_, std::move(sums_));
  } else {
    fmm_ = reference::residual(read<kasane_ncu_residual>(command), std::move(fmm_), wm_, sums_);
  }
}

void PackageInterpreter::decide(const kasane_exit_decide_command& command) {
  std::vector<std::int8_t> logits;
  for (std::uint32_t i = 0; i < command.count; ++i)
    logits.push_back(static_cast<std::int8_t>(fmm_.at(command.input_address + i)));
  decision_ = kasane_exit_decide(logits.data(), command.count, command.step_q24);
}

std::vector<std::uint8_t>& PackageInterpreter::memory(std::uint8_t space) {
  std::vector<std::uint8_t>* memories[] = {nullptr,   &package_, &fmm_,   &wm_,       &scratch_,    &input_,
                                           &outputs_, &sums_,    &table_, &cpu_maps_, &cpu_weights_};
  if (space >= std::size(memories) || memories[space] == nullptr) throw std::out_of_range("space");
  return *memories[space];
}

void PackageInterpreter::copy(const kasane_dma_copy& command) {
  const auto& source = memory(command.source_space);
  auto& destination = memory(command.destination_space);
  for (std::uint32_t plane = 0; plane < command.planes; ++plane)
    for (std::uint32_t row = 0; row < command.rows; ++row)
      for (std::uint32_t i = 0; i < command.row_bytes; ++i)
        destination.at(command.destination + std::uint64_t{plane} * command.destination_plane_pitch +
                       std::uint64_t{row} * command.destination_row_pitch + i) =
            source.at(command.source + std::uint64_t{plane} * command.source_plane_pitch +
                      std::uint64_t{row} * command.source_row_pitch + i);
}

void PackageInterpreter::compute_on_cpu(const kasane_cpu_vector& command) {
  const auto& source = memory(command.input_space);
  auto& destination = memory(command.output_space);
  std::vector<double> values;
  for (std::uint32_t i = 0; i < command.count; ++i)
    values.push_back(static_cast<std::int8_t>(source.at(command.input_offset + i)));
  if (command.header.opcode == KASANE_CPU_ARGMAX) {
    const auto best =
        static_cast<std::int32_t>(std::max_element(values.begin(), values.end()) - values.begin());
    std::memcpy(&destination.at(command.output_offset), &best, sizeof(best));
    return;
  }
  double sum = 0;
  for (double& value : values) sum += value = std::exp(value * command.input_scale_q24 / 0x1p24);
  for (std::uint32_t i = 0; i < command.count; ++i)
    destination.at(command.output_offset + i) = static_cast<std::uint8_t>(
        static_cast<std::int8_t>(std::min(std::round(values[i] / sum * 256), 255.0) - 128));
}

}  // namespace kasane::test
