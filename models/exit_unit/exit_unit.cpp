#include "models/exit_unit/exit_unit.h"

#include <algorithm>
#include <vector>

#include "models/exit_unit/costs.h"

namespace kasane {
namespace {

constexpr std::array<std::string_view, 4> phase_names{"load", "compare", "exponentials", "logarithm"};

/// Phases shorter than this share a slice.
constexpr std::uint64_t slice_cycles = 8;

/// Logits within 32 nats of the largest: the others' exponentials are 0 before anything is multiplied.
std::uint64_t count_nonzero(std::span<const std::int8_t> logits, std::int8_t largest,
                            std::uint32_t step_q24) {
  return static_cast<std::uint64_t>(std::ranges::count_if(logits, [&](std::int8_t logit) {
    const auto distance = static_cast<std::uint64_t>(largest - logit);
    return distance * step_q24 >> 24 < 32;
  }));
}

}  // namespace

ExitUnit::ExitUnit(sc_core::sc_module_name name, const ExitUnitConfig& config, PowerDomain& domain,
                   EnergyAccount& account, const Technology& technology)
    : Engine(name, {KASANE_ENGINE_ID_EXIT_UNIT, KASANE_ENGINE_VERSION_1_0},
             add_block(static_cast<const char*>(name), exit_unit::structure_of(config, technology), domain,
                       account),
             domain, account),
      config_(config) {
  const auto costs = exit_unit::operation_costs(technology);
  for (std::size_t kind = 0; kind < operations_.size(); ++kind) {
    operations_[kind] = account.add_operation(block(), costs[kind].name, costs[kind].joules);
  }
  add_registers();
}

void ExitUnit::add_registers() {
  bank().add({.name = "ENTROPY",
              .offset = KASANE_EXIT_UNIT_ENTROPY,
              .access = Access::read_only,
              .description = "entropy of the last command's logits, nats x 2^24",
              .on_read = [this] { return decision_.entropy_q24; }});
  bank().add({.name = "CLASS",
              .offset = KASANE_EXIT_UNIT_CLASS,
              .access = Access::read_only,
              .description = "index of the first largest of the last command's logits",
              .on_read = [this] { return decision_.largest; }});
}

std::string_view ExitUnit::command_name(std::uint16_t opcode) const {
  return opcode == KASANE_EXIT_UNIT_DECIDE ? "decide" : "unknown";
}

void ExitUnit::execute(const CommandRecord& record) {
  decision_ = {};  // nobody reads a failed command's result as the one before
  if (record.header().opcode != KASANE_EXIT_UNIT_DECIDE) throw CommandError{KASANE_ERROR_OPCODE};
  const auto command = record.as<kasane_exit_decide_command>();
  const std::uint32_t error = exit_unit::check(command);
  if (error != KASANE_ERROR_NONE) throw CommandError{error};
  std::vector<std::int8_t> logits(command.count);
  PhaseSlices slices(account(), block(), command.header.layer, phase_names, domain().cycles(slice_cycles));
  decide({command, logits, slices});
}

void ExitUnit::decide(const Work& work) {
  find_largest(work);
  sum_exponentials(work);
  compute(work, logarithm, exit_unit::finish_cycles(config_), exit_unit::finish_operations());
  if (abandoned()) return;
  decision_ = kasane_exit_decide(work.logits.data(), work.command.count, work.command.step_q24);
}

void ExitUnit::find_largest(const Work& work) {
  for (std::uint32_t first = 0; first < work.command.count && !abandoned(); first += config_.buffer_bytes) {
    const std::uint32_t count = std::min(config_.buffer_bytes, work.command.count - first);
    read(work, first, count);
    compute(work, compare, exit_unit::compare_cycles(count, config_), exit_unit::compare_operations(count));
  }
}

void ExitUnit::sum_exponentials(const Work& work) {
  const bool held = work.command.count <= config_.buffer_bytes;
  const std::int8_t largest = std::ranges::max(work.logits);
  for (std::uint32_t first = 0; first < work.command.count && !abandoned(); first += config_.buffer_bytes) {
    const std::uint32_t count = std::min(config_.buffer_bytes, work.command.count - first);
    if (!held) read(work, first, count);
    const std::uint64_t nonzero =
        count_nonzero(work.logits.subspan(first, count), largest, work.command.step_q24);
    compute(work, exponentials, exit_unit::exponential_cycles(count, config_),
            exit_unit::exponential_operations(count, nonzero));
  }
}

void ExitUnit::read(const Work& work, std::uint32_t first, std::uint32_t count) {
  wait_until_ready();
  if (abandoned()) return;
  account().set_activity(block(), Activity::memory);
  const std::span piece = work.logits.subspan(first, count);
  const sc_core::sc_time begin = sc_core::sc_time_stamp();
  const sc_core::sc_time left = fmm.read(std::uint64_t{work.command.input_address} + first,
                                         {reinterpret_cast<std::uint8_t*>(piece.data()), piece.size()},
                                         work.command.header.layer, sc_core::SC_ZERO_TIME);
  account().book_bytes(block(), {count, 0}, work.command.header.layer);
  exit_unit::Operations operations;
  operations[exit_unit::Operation::load_byte] = count;
  spend(work, load, {begin, sc_core::sc_time_stamp() + left}, operations);
}

void ExitUnit::compute(const Work& work, Phase phase, std::uint64_t cycles,
                       const exit_unit::Operations& operations) {
  wait_until_ready();
  if (abandoned()) return;
  account().set_activity(block(), Activity::compute);
  const sc_core::sc_time begin = sc_core::sc_time_stamp();
  spend(work, phase, {begin, begin + domain().cycles(cycles)}, operations);
}

void ExitUnit::spend(const Work& work, Phase phase, const Interval& when,
                     const exit_unit::Operations& operations) {
  std::array<OperationCount, exit_unit::operation_count> counts;
  for (std::size_t kind = 0; kind < counts.size(); ++kind) {
    counts[kind] = {operations_[kind], operations.all()[kind]};
  }
  const sc_core::sc_time now = sc_core::sc_time_stamp();  // later than it began if the port has waited
  account().book(block(), counts, {now, when.end}, work.command.header.layer);
  wait(when.end - now);
  work.slices.add(phase, when);
}

}  // namespace kasane
