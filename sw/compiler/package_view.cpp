#include "sw/compiler/package_view.h"

#include <algorithm>
#include <boost/crc.hpp>
#include <cstring>

#include "sw/compiler/command_check.h"

namespace kasane {
namespace {

std::string text(std::uint64_t value) {
  return std::to_string(value);
}

template <typename Record>
std::vector<Record> read_table(std::span<const std::uint8_t> bytes, std::uint32_t offset,
                               std::uint32_t count) {
  std::vector<Record> records(count);
  if (count > 0) std::memcpy(records.data(), bytes.data() + offset, count * sizeof(Record));
  return records;
}

/// Over all bytes, with the header's field crc32 taken as zero.
std::uint32_t checksum(std::span<const std::uint8_t> bytes) {
  constexpr std::size_t field = offsetof(kasane_package_header, crc32);
  constexpr std::uint8_t zeros[4] = {};
  boost::crc_32_type crc;
  crc.process_bytes(bytes.data(), field);
  crc.process_bytes(zeros, sizeof(zeros));
  crc.process_bytes(bytes.data() + field + sizeof(zeros), bytes.size() - field - sizeof(zeros));
  return crc.checksum();
}

}  // namespace

PackageView::PackageView(std::span<const std::uint8_t> bytes) : bytes_(bytes) {
  check_header();
  check_section("layer table", header_.layers_offset,
                std::uint64_t{header_.layer_count} * sizeof(kasane_layer));
  check_section("step table", header_.steps_offset, std::uint64_t{header_.step_count} * sizeof(kasane_step));
  check_section("exit table", header_.exits_offset, std::uint64_t{header_.exit_count} * sizeof(kasane_exit));
  check_section("commands", header_.commands_offset,
                std::uint64_t{header_.command_count} * KASANE_COMMAND_BYTES);
  check_section("data", header_.data_offset, header_.data_bytes);
  check_section("strings", header_.strings_offset, header_.strings_bytes);
  layers_ = read_table<kasane_layer>(bytes_, header_.layers_offset, header_.layer_count);
  steps_ = read_table<kasane_step>(bytes_, header_.steps_offset, header_.step_count);
  exits_ = read_table<kasane_exit>(bytes_, header_.exits_offset, header_.exit_count);
  check_layers();
  check_steps();
  check_exits();
}

void PackageView::check_header() {
  if (bytes_.size() < sizeof(header_))
    throw PackageError("package has " + text(bytes_.size()) + " bytes, expected at least " +
                       text(sizeof(header_)));
  std::memcpy(&header_, bytes_.data(), sizeof(header_));
  if (header_.magic != KASANE_PACKAGE_MAGIC)
    throw PackageError("package begins with " + text(header_.magic) + ", expected the magic number " +
                       text(KASANE_PACKAGE_MAGIC));
  if (header_.version != KASANE_PACKAGE_VERSION)
    throw PackageError("package has version " + text(header_.version) + ", expected " +
                       text(KASANE_PACKAGE_VERSION));
  if (header_.total_bytes != bytes_.size())
    throw PackageError("package has " + text(bytes_.size()) + " bytes, expected " +
                       text(header_.total_bytes));
  const std::uint32_t crc = checksum(bytes_);
  if (crc != header_.crc32)
    throw PackageError("package has checksum " + text(crc) + ", expected " + text(header_.crc32));
  if (header_.setup_step_count > header_.step_count)
    throw PackageError("package has " + text(header_.setup_step_count) + " set-up steps, expected at most " +
                       text(header_.step_count));
}

void PackageView::check_section(const char* what, std::uint64_t offset, std::uint64_t bytes) const {
  if (offset % 64 != 0 || offset < sizeof(header_) || offset + bytes > bytes_.size())
    throw PackageError(std::string("package's ") + what + " is at " + text(offset) + " with " + text(bytes) +
                       " bytes, expected a multiple of 64 inside " + text(bytes_.size()) + " bytes");
}

std::string_view PackageView::string(std::uint32_t offset) const {
  const auto strings = bytes_.subspan(header_.strings_offset, header_.strings_bytes);
  const auto begin =
      strings.begin() + std::min<std::ptrdiff_t>(offset, static_cast<std::ptrdiff_t>(strings.size()));
  const auto end = std::find(begin, strings.end(), std::uint8_t{0});
  if (end == strings.end())
    throw PackageError("package's string at " + text(offset) +
                       " does not end, expected a zero-terminated one");
  return {reinterpret_cast<const char*>(&*begin), static_cast<std::size_t>(end - begin)};
}

void PackageView::check_layers() const {
  string(header_.name_offset);
  for (const kasane_layer& layer : layers_) {
    string(layer.name_offset);
    string(layer.operator_offset);
    if (layer.step_kind < KASANE_STEP_DMA || layer.step_kind > KASANE_STEP_HIDDENITE)
      throw PackageError("package has a layer of step kind " + text(layer.step_kind) + ", expected 1 to 6");
  }
}

void PackageView::check_steps() const {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const kasane_step& step = steps_[i];
    const std::string where = "package's step " + text(i) + " ";
    if (step.kind < KASANE_STEP_DMA || step.kind > KASANE_STEP_EXIT_UNIT)
      throw PackageError(where + "has kind " + text(step.kind) + ", expected 1 to 7");
    if (step.run_by > (step.kind == KASANE_STEP_NCU ? KASANE_RUN_BY_CPU : KASANE_RUN_BY_ENGINE))
      throw PackageError(where + "is run by " + text(step.run_by) +
                         ", expected 0, or 1 of records of the NCU that the CPU carries out");
    if (step.layer != KASANE_NO_LAYER && step.layer >= layers_.size())
      throw PackageError(where + "is of layer " + text(step.layer) + ", expected less than " +
                         text(layers_.size()));
    if (step.count == 0 || std::uint64_t{step.first} + step.count > header_.command_count)
      throw PackageError(where + "has commands " + text(step.first) + " + " + text(step.count) +
                         ", expected at least one of " + text(header_.command_count));
    for (std::uint32_t c = step.first; c < step.first + step.count; ++c)
      check_command(header_, step, command(c), c);
  }
}

void PackageView::check_exits() const {
  if (exits_.empty() || exits_.size() > KASANE_MAX_EXITS)
    throw PackageError("package has " + text(exits_.size()) + " exits, expected 1 to " +
                       text(KASANE_MAX_EXITS));
  for (std::size_t i = 0; i < exits_.size(); ++i) check_exit(i);
  if (exits_.back().end_step != header_.step_count)
    throw PackageError("package's last exit ends at step " + text(exits_.back().end_step) + ", expected " +
                       text(header_.step_count));
  if (exits_.back().output.bytes != header_.output.bytes)
    throw PackageError("package's last exit has " + text(exits_.back().output.bytes) +
                       " bytes of output, expected the header's " + text(header_.output.bytes));
}

/// Expects the former ones to be right.
void PackageView::check_exit(std::size_t index) const {
  const kasane_exit& exit = exits_[index];
  const std::string where = "package's exit " + text(index) + " ";
  const std::uint32_t first = index == 0 ? header_.setup_step_count : exits_[index - 1].end_step;
  string(exit.name_offset);
  if (exit.first_step != first || exit.end_step <= first || exit.end_step > header_.step_count)
    throw PackageError(where + "has steps " + text(exit.first_step) + " to " + text(exit.end_step) +
                       ", expected some from " + text(first) + " on, of " + text(header_.step_count));
  if (std::uint64_t{exit.output_offset} + exit.output.bytes > header_.outputs_bytes)
    throw PackageError(where + "has its output at " + text(exit.output_offset) + " + " +
                       text(exit.output.bytes) + ", expected inside " + text(header_.outputs_bytes) +
                       " bytes");
  const bool is_vector_of_logits = exit.output.bytes >= 1 && exit.output.bytes <= KASANE_MAX_LOGITS;
  if (exits_.size() > 1 && !is_vector_of_logits)
    throw PackageError(where + "has " + text(exit.output.bytes) + " logits, expected 1 to " +
                       text(KASANE_MAX_LOGITS));
  if (exit.run_by > KASANE_RUN_BY_CPU || exit.uses_unit > 1)
    throw PackageError(where + "is run by " + text(exit.run_by) + " with " + text(exit.uses_unit) +
                       " exit units, expected 0 or 1 of both");
  if (exit.uses_unit == 1 && steps_[exit.end_step - 1].kind != KASANE_STEP_EXIT_UNIT)
    throw PackageError(where + "uses the exit unit, expected its step as the segment's last");
}

std::span<const std::uint8_t> PackageView::command(std::size_t index) const {
  if (index >= header_.command_count)
    throw PackageError("package has no command " + text(index) + ", expected less than " +
                       text(header_.command_count));
  return bytes_.subspan(header_.commands_offset + index * KASANE_COMMAND_BYTES, KASANE_COMMAND_BYTES);
}

}  // namespace kasane
