/// How a debugger, a profiler or an instruction trace looks into the core. What is not asked for costs
/// nothing: blocks are decoded for what is wanted, and decoded anew when that changes.
#pragma once

#include <cstdint>

#include "platform/cpu/csr/privilege.h"
#include "platform/cpu/decode/instruction.h"

namespace kasane::cpu {

/// All addresses are those that software uses. Whoever changes its answers to wants(), traces(),
/// single_instructions() or watches() calls Core::instrumentation_changed().
class Instrumentation {
 public:
  virtual ~Instrumentation() = default;

  /// Whether before_instruction() is to be called for the instruction at `pc`. It takes no time, and changes
  /// none.
  virtual bool wants(std::uint64_t /*pc*/) const { return false; }
  /// Whether trace() is to be called before every instruction. Blocks keep their shape, so that time and
  /// energy are those of a run without.
  virtual bool traces() const { return false; }
  /// Whether time and a halt must be exact at every instruction: each is then a block of its own.
  virtual bool single_instructions() const { return false; }
  /// Whether after_access() is to be called for accesses that touch [first, last].
  virtual bool watches(std::uint64_t /*first*/, std::uint64_t /*last*/) const { return false; }

  /// Core::pc and Core::progress() stand before the instruction. False: the core halts there.
  virtual bool before_instruction(Core& /*core*/, const Op& /*op*/) { return true; }
  /// `op`, with these `bits`, comes next and begins when Progress::cycles is `cycles`. Core::pc says nothing.
  virtual void trace(Core& /*core*/, const Op& /*op*/, std::uint32_t /*bits*/, std::uint64_t /*cycles*/) {}
  /// A load, store or atomic access has been made.
  virtual void after_access(Core& /*core*/, std::uint64_t /*address*/, std::uint32_t /*bytes*/,
                            Access /*access*/) {}
  /// A trap or interrupt will be taken at `pc`; all registers are as the instruction before left them.
  virtual void before_trap(Core& /*core*/, std::uint64_t /*cause*/, std::uint64_t /*pc*/) {}
  /// A trap or interrupt has been taken at `pc`; Core::pc is the handler's first instruction.
  virtual void on_trap(Core& /*core*/, std::uint64_t /*cause*/, std::uint64_t /*value*/,
                       std::uint64_t /*pc*/) {}
  /// MRET or SRET at `pc` has returned to Core::pc.
  virtual void on_trap_return(Core& /*core*/, std::uint64_t /*pc*/) {}
};

}  // namespace kasane::cpu
