/// The state of a hart and the engine that runs it, free of SystemC: time is a budget of cycles, and what
/// lies outside the core is reached through Outside.
#pragma once

#include <array>
#include <cstdint>

#include "platform/cpu/block_cache.h"
#include "platform/cpu/csr.h"
#include "platform/cpu/direct_memory.h"
#include "platform/cpu/instruction.h"

namespace kasane::cpu {

/// What the core needs of its surroundings, all of it off the fast path.
class Outside {
 public:
  virtual ~Outside() = default;
  /// One access by the bus, `bytes` at most 8; false where it is answered by an error. Time may pass, and the
  /// core is charged for it.
  virtual bool access(Direction direction, std::uint64_t address, std::uint8_t* data,
                      std::uint32_t bytes) = 0;
  /// Asks for direct access to `address`; null where it is not granted.
  virtual DirectRegion* request_direct(std::uint64_t address, Direction direction) = 0;
};

/// What LR remembers for SC: SC succeeds while memory still holds what LR read.
struct Reservation {
  bool valid = false;
  std::uint64_t address = 0;
  std::uint64_t value = 0;
  std::uint32_t bytes = 0;
};

struct Core {
  Core(const HartConfig& config, Outside& outside);

  // ---- what handlers touch ----
  std::array<std::uint64_t, 33> x{};  ///< the last one takes what is written to x0
  std::int64_t budget = 0;            ///< cycles left in this slice; blocks start while it is above 0
  std::int64_t taken_extra = 0;       ///< cycles of a taken branch beyond those of one not taken
  Lanes lanes{};                      ///< counts of this slice, see Block
  JumpCache jumps{};
  DirectMemory memory;
  DirectRegion* fetch_region = nullptr;  ///< where the running block comes from

  std::uint64_t pc = 0;  ///< valid outside blocks
  CsrFile csr;
  BlockCache blocks;
  Reservation reservation;
  bool asleep = false;         ///< in WFI
  Op* unresolved = nullptr;    ///< the link that the last block was left by
  std::uint64_t transfer = 0;  ///< data of a slow load
  const CycleCosts costs;
  Outside& outside;

  // ---- progress ----
  std::int64_t slice = 0;          ///< the budget this slice began with
  Progress drained;                ///< up to the last drain()
  std::uint64_t slept_cycles = 0;  ///< in WFI: software's counter runs on, drained does not
  std::array<std::uint64_t, instruction_classes> counts{};  ///< since they were last taken, by class
  std::uint64_t retired_one_by_one = 0;                     ///< of classes that have no lane, in this slice

  /// Puts everything back to its state after reset, but for the counts of work done.
  void reset(std::uint64_t hart_id, std::uint64_t vector);
  /// Executes for about `cycles`, at most max_slice: until the budget is used up or the core sleeps.
  void run(std::int64_t cycles);
  /// Brings counts and progress up to date with what is charged.
  void drain();
  /// Charges cycles that no instruction costs: bus and memory.
  void stall(std::int64_t cycles) { budget -= cycles; }
  /// Leaves at the next block's start, with the time spent so far unchanged.
  void stop_soon();
  /// Progress, up to the end of the running block.
  Progress progress() const;
  /// Forgets decoded code in [first, last] and breaks a reservation there: memory has been written.
  void memory_written(std::uint64_t first, std::uint64_t last);
  void invalidate_direct(std::uint64_t first, std::uint64_t last);

  // ---- slow paths, called by handlers ----
  /// Loads into `transfer`; false: a trap has been entered.
  bool load_slowly(const Op* op, std::uint64_t address, std::uint32_t bytes);
  bool store_slowly(const Op* op, std::uint64_t address, std::uint64_t value, std::uint32_t bytes);
  /// Host memory for an atomic access, metered; null: a trap has been entered.
  std::uint8_t* locate_atomic(const Op* op, std::uint64_t address, std::uint32_t bytes, bool reads,
                              bool writes);
  /// Two bytes of code; false: access fault. `region` is where they come from, null for the bus.
  bool fetch(std::uint64_t address, std::uint16_t& parcel, DirectRegion*& region);
  /// A synchronous trap at an instruction whose block is fully charged; undoes the charge from it onwards.
  void raise(const Op* op, std::uint64_t cause, std::uint64_t value);
  void enter_trap(std::uint64_t cause, std::uint64_t value, std::uint64_t at);
  void count_one(InstructionClass kind) {
    ++counts[static_cast<std::size_t>(kind)];
    ++retired_one_by_one;
  }

  /// Lanes of 16 bits cannot overflow in a slice of so many cycles: every instruction costs at least one.
  static constexpr std::int64_t max_slice = 30'000;

 private:
  void charge(const Op* from, int sign);
  DirectRegion* direct(std::uint64_t address, std::uint64_t bytes, Direction direction);
  void stored_directly(std::uint64_t address, std::uint32_t bytes);
  /// Where to start executing the code at `at`, decoding it first if need be.
  const Op* enter(std::uint64_t at);
};

// ---- dispatch ----
// Optimising compilers turn these calls in return position into jumps: direct-threaded code with one function
// an instruction. Without optimisation the handlers return the next one to the loop in Core::run instead.
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__)
[[gnu::always_inline]] inline const Op* dispatch(const Op* op, Core& core) {
  return op->handler(op, core);
}
#else
inline const Op* dispatch(const Op* op, Core&) {
  return op;
}
#endif

/// The instruction after this one.
[[gnu::always_inline]] inline const Op* next(const Op* op, Core& core) {
  return dispatch(op + 1, core);
}

/// The block that a link leads to.
[[gnu::always_inline]] inline const Op* follow(const Op* link, Core& core) {
  return dispatch(link->target, core);
}

/// Leaves the decoded blocks.
[[gnu::always_inline]] inline const Op* leave(Core& core, std::uint64_t pc) {
  core.pc = pc;
  return nullptr;
}

}  // namespace kasane::cpu
