#include "platform/run/run_instruction_trace.h"

#include <cstdio>
#include <stdexcept>

#include "platform/run/run_code.h"

namespace kasane {
namespace {

std::optional<CodeRange> find_function(const profile::CodeMap& code, const std::string& name) {
  if (name.empty()) return std::nullopt;
  const auto found = code.functions_named(name);
  if (found.size() == 1) return CodeRange{found[0].begin, found[0].end};
  throw std::invalid_argument(
      "trace.instructions: " +
      (found.empty() ? "the run's programs have no function '" + name + "'"
                     : std::to_string(found.size()) + " functions are called '" + name + "', expected one"));
}

}  // namespace

RunInstructionTrace::RunInstructionTrace(const InstructionSelection& selection, const ReadyRun& run)
    : selection_(selection),
      hart_(run.machine->hart()),
      code_(code_map(run)),
      function_(find_function(code_, selection.function)) {}

void RunInstructionTrace::start(const RunPaths& paths) {
  log_.emplace(paths.instructions(), selection_.text,
               [this](std::uint64_t address) { return name_code(address); });
  tracer_.emplace(
      selection_, function_, [this](std::uint64_t cycles) { return hart_.time_at(cycles).value(); }, *log_);
  hart_.core().attach(*tracer_);
}

CodePlace RunInstructionTrace::name_code(std::uint64_t address) const {
  const profile::CodeMap::Function function = code_.function_at(address);
  if (function.id == 0) return {};
  return {code_.names()[code_.name_of(function.id)], address - function.range.begin};
}

void RunInstructionTrace::poll() {
  log_->flush_if_due();
}

void RunInstructionTrace::finish() {
  tracer_->finish(hart_.core());
  log_->finish();
  if (log_->lines() > 0) return;
  std::fprintf(
      stderr, "kasane: instructions.log is empty: %s\n",
      selection_.function.empty()
          ? "no instruction begins in the window"
          : (selection_.function + " was called " + std::to_string(tracer_->calls()) + " times").c_str());
}

}  // namespace kasane
