/// What a profiler hears of a hart. Blocks decoded for it count their executions and tell of calls and
/// returns; without one they are as ever.
#pragma once

#include <cstdint>

#include "platform/cpu/instrumentation.h"

namespace kasane::cpu {

/// Which code is expected to run next and where its blocks count their executions, for the blocks' entries.
struct ProfiledCode {
  static constexpr std::uint32_t nothing = ~std::uint32_t{0};
  std::uint32_t function = nothing;
  std::uint64_t* executions = nullptr;
};

class Profiling : public Instrumentation {
 public:
  /// A block has been decoded: sets its Block::function and Block::number.
  virtual void on_decoded(Core& core, Block& block) = 0;
  /// A block whose function is not ProfiledCode::function is entered; sets Core::profiled.
  virtual void on_arrival(Core& core, const Block& block) = 0;

  /// A call instruction, whose link is `return_address`. Core::budget and Core::lanes say nothing.
  virtual void on_call(Core& core, std::uint64_t return_address) = 0;
  /// A return instruction.
  virtual void on_return(Core& core, std::uint64_t target) = 0;
  virtual void on_reset(Core& core) = 0;

  /// Of a block that counts as executed, the instructions from this one to its end are not (-1), or are after
  /// all (+1).
  virtual void on_charge(Core& core, const Op* from, int sign) = 0;

  /// The hart books what it did, memory accesses included.
  virtual void before_booking(Core& core) = 0;
  virtual void after_booking(Core& core) = 0;
  /// The hart waits: for an interrupt, for its clock or its supply.
  virtual void on_sleep(Core& core) = 0;
  virtual void on_wake(Core& core, std::uint64_t slept_cycles) = 0;
};

}  // namespace kasane::cpu
