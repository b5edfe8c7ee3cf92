/// Follows the core instruction by instruction and writes what is selected to the log.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "platform/cpu/core.h"
#include "platform/cpu/instrumentation.h"
#include "platform/trace/instructions/call_tracker.h"
#include "platform/trace/instructions/instruction_log.h"
#include "platform/trace/instructions/instruction_selection.h"

namespace kasane {

class InstructionTracer : public cpu::Instrumentation {
 public:
  /// Picoseconds at which the core has used `cycles`, as Progress counts them.
  using Clock = std::function<std::uint64_t(std::uint64_t cycles)>;

  /// `function` is where the selected function's code is, if one is selected.
  InstructionTracer(const InstructionSelection& selection, std::optional<CodeRange> function, Clock clock,
                    InstructionLog& log);

  /// The last instruction is written. The core stands between two blocks.
  void finish(cpu::Core& core) { complete(core); }

  std::uint64_t calls() const { return calls_ ? calls_->calls() : 0; }  ///< of the selected function

  bool traces() const override { return true; }
  void trace(cpu::Core& core, const cpu::Op& op, std::uint32_t bits, std::uint64_t cycles) override;
  void before_trap(cpu::Core& core, std::uint64_t cause, std::uint64_t pc) override;
  void on_trap(cpu::Core& core, std::uint64_t cause, std::uint64_t value, std::uint64_t pc) override;
  void on_trap_return(cpu::Core& core, std::uint64_t pc) override;

 private:
  bool is_selected(std::uint64_t time) const {
    return selection_.in_window(time) && (!calls_ || calls_->inside());
  }
  void begin(const cpu::Core& core, const cpu::Op& op, std::uint32_t bits, std::uint64_t time);
  void note_memory(const cpu::Core& core, const cpu::Op& op);
  /// Writes the instruction that was begun, which has been executed.
  void complete(cpu::Core& core);
  void note_results(cpu::Core& core);
  void note_csr(cpu::Core& core);

  InstructionSelection selection_;
  std::optional<CallTracker> calls_;
  Clock clock_;
  InstructionLog& log_;
  Privilege mode_ = Privilege::machine;  ///< of the next instruction
  bool over_ = false;                    ///< nothing will be selected any more

  /// An instruction that was begun.
  bool pending_ = false;
  InstructionRecord record_;
  const cpu::Instruction* row_ = nullptr;
  std::uint8_t destination_ = 0;  ///< as in Op::rd
  std::uint8_t float_flags_ = 0;  ///< before
};

}  // namespace kasane
