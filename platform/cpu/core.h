/// The state of a hart and the engine that runs it, free of SystemC: time is a budget of cycles, and what
/// lies outside the core is reached through Outside.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "platform/cpu/csr/csr.h"
#include "platform/cpu/decode/block_cache.h"
#include "platform/cpu/decode/instruction.h"
#include "platform/cpu/instrumentation.h"
#include "platform/cpu/memory/address_space.h"
#include "platform/cpu/memory/direct_memory.h"
#include "platform/cpu/profiling.h"

namespace kasane::cpu {

/// What the core needs of its surroundings, all of it off the fast path. Addresses are physical.
class Outside {
 public:
  virtual ~Outside() = default;
  /// One access by the bus, `bytes` at most 8; false where it is answered by an error. Time may pass, and the
  /// core is charged for it.
  virtual bool access(Direction direction, std::uint64_t address, std::uint8_t* data,
                      std::uint32_t bytes) = 0;
  /// Asks for direct access to `address`; null where it is not granted.
  virtual DirectRegion* request_direct(std::uint64_t address, Direction direction) = 0;
  /// The platform's timer as it will be when the core has used `cycles`; empty where there is none.
  virtual std::optional<std::uint64_t> timer(std::uint64_t cycles) = 0;
};

/// What LR remembers for SC: SC succeeds while memory still holds what LR read.
struct Reservation {
  bool valid = false;
  std::uint64_t address = 0;  ///< physical
  std::uint64_t value = 0;
  std::uint32_t bytes = 0;
};

/// Loads and stores of this slice that the main region did not serve.
struct OtherAccesses {
  std::uint64_t loads = 0;
  std::uint64_t stores = 0;
};

/// Two bytes of code, or why there are none.
struct Fetched {
  std::uint64_t cause = 0;  ///< 0: fetched
  std::uint64_t physical = 0;
  DirectRegion* region = nullptr;  ///< null: not to be kept decoded
  std::uint16_t bits = 0;
};

/// The core has halted within a block, before the instruction at `pc`: what is left of it is not charged, and
/// no budget or interrupt is looked at before its `end`. So halting changes no time.
struct Unfinished {
  std::uint64_t pc = 0;
  std::uint64_t end = 0;
};

struct Core : private PageTableMemory {
  Core(const HartConfig& config, Outside& outside);

  // ---- what handlers touch ----
  std::array<std::uint64_t, 33> x{};  ///< the last one takes what is written to x0
  std::array<std::uint64_t, 32> f{};  ///< singles are NaN-boxed
  std::int64_t budget = 0;            ///< cycles left in this slice; blocks start while it is above 0
  Lanes lanes{};                      ///< counts of this slice, see Block
  FloatLanes float_lanes{};
  std::int64_t taken_extra = 0;  ///< cycles of a taken branch beyond those of one not taken
  std::uint64_t data_tag = 0;    ///< of the mapping that loads and stores go by
  std::uint64_t jump_space = 0;  ///< of the mapping and the region that code is fetched from
  JumpCache jumps{};
  DirectMemory memory;
  OtherAccesses elsewhere;
  bool elsewhere_prevails = false;       ///< since the main region was chosen
  DirectRegion* fetch_region = nullptr;  ///< where the running block comes from

  std::uint64_t pc = 0;  ///< valid outside blocks
  Privilege mode = Privilege::machine;
  CsrFile csr;
  AddressSpace space;
  BlockCache blocks;
  Reservation reservation;
  bool asleep = false;    ///< in WFI
  bool halted = false;    ///< by instrumentation, until resumed from outside
  bool stepping = false;  ///< halts after one more instruction
  std::optional<Unfinished> unfinished;
  Op* unresolved = nullptr;    ///< the link that the last block was left by
  std::uint64_t transfer = 0;  ///< data of a slow load
  const HartConfig config;
  Outside& outside;

  // ---- progress ----
  std::int64_t slice = 0;          ///< the budget this slice began with
  Progress drained;                ///< up to the last drain()
  std::uint64_t slept_cycles = 0;  ///< in WFI: software's counter runs on, drained does not
  std::array<std::uint64_t, instruction_classes> counts{};  ///< since they were last taken, by class
  std::uint64_t retired_one_by_one = 0;                     ///< of classes that have no lane, in this slice

  /// Puts everything back to its state after reset, but for the counts of work done.
  void reset();
  /// Executes for about `cycles`, at most max_slice: until the budget is used up or the core sleeps or halts.
  void run(std::int64_t cycles);
  /// Brings counts and progress up to date with what is charged.
  void drain();
  /// Charges cycles that no instruction costs: bus and memory.
  void stall(std::int64_t cycles) { budget -= cycles; }
  /// Leaves at the next block's start, with the time spent so far unchanged.
  void stop_soon();
  /// Stops at the next block's start, until `halted` is taken back.
  void halt();
  /// Stops before this instruction of a block that is fully charged.
  void halt_before(const Op* instruction);
  /// Progress, up to the end of the running block.
  Progress progress() const;
  /// Forgets decoded code in [first, last] and breaks a reservation there: physical memory has been written.
  void memory_written(std::uint64_t first, std::uint64_t last);
  void invalidate_direct(std::uint64_t first, std::uint64_t last);
  /// The register as software would read it, `cycles` and `instructions` as given; empty: there is none.
  std::optional<std::uint64_t> read_csr(std::uint32_t number, const Progress& before);
  /// False: there is none.
  bool write_csr(std::uint32_t number, std::uint64_t value, const Progress& after);

  // ---- what changes the meaning of addresses ----
  void set_mode(Privilege to);
  void context_changed();  ///< mode or mstatus
  void mapping_changed();  ///< page table, satp, protection

  // ---- instrumentation ----
  void attach(Instrumentation& instrumentation);
  void detach(Instrumentation& instrumentation);
  void instrumentation_changed();
  bool wants_hook(std::uint64_t at) const;
  bool is_traced() const;
  /// Instructions a block may have.
  std::size_t block_limit() const;
  std::vector<Instrumentation*> instrumentations;
  /// Null: nobody profiles any more.
  void profile(Profiling* by);
  Profiling* profiling = nullptr;
  ProfiledCode profiled;

  // ---- slow paths, called by handlers ----
  /// Loads into `transfer`; false: a trap has been entered.
  bool load_slowly(const Op* op, std::uint64_t address, std::uint32_t bytes);
  bool store_slowly(const Op* op, std::uint64_t address, std::uint64_t value, std::uint32_t bytes);
  /// Physical address and host memory of an atomic access, metered; a null `host`: a trap has been entered.
  struct AtomicPlace {
    std::uint8_t* host = nullptr;
    std::uint64_t physical = 0;
  };
  AtomicPlace locate_atomic(const Op* op, std::uint64_t address, std::uint32_t bytes, bool reads,
                            bool writes);
  Fetched fetch(std::uint64_t address);
  /// A synchronous trap at an instruction whose block is fully charged; undoes the charge from it onwards.
  void raise(const Op* op, std::uint64_t cause, std::uint64_t value);
  /// As raise(), with the instruction's bits as the trap's value.
  void raise_illegal(const Op* op);
  void enter_trap(std::uint64_t cause, std::uint64_t value, std::uint64_t at);
  /// MRET or SRET at `at` has restored mode and pc.
  void trap_left(std::uint64_t at);
  void count_one(InstructionClass kind) {
    ++counts[static_cast<std::size_t>(kind)];
    ++retired_one_by_one;
  }
  /// Charges the block, as its entry does.
  void charge_whole(const Block& block);
  /// Adds to or takes from what is charged the instructions from this one to its block's end.
  void charge(const Op* from, int sign);

  /// Lanes of 16 bits cannot overflow in a slice of so many cycles: every instruction costs at least one.
  static constexpr std::int64_t max_slice = 30'000;

 private:
  DirectRegion* direct(std::uint64_t physical, std::uint64_t bytes, Direction direction);
  void map_page(DirectRegion& region, std::uint64_t address, std::uint64_t physical, Direction direction);
  void stored_directly(std::uint64_t physical, std::uint64_t bytes);
  bool is_watched(std::uint64_t first, std::uint64_t last) const;
  /// One load or store instruction was served by this region; null: by a device, or not by one access.
  void count_load(DirectRegion* region);
  void count_store(DirectRegion* region);
  /// Gives the main region the loads and stores that no other has served, and forgets about both.
  void count_main_region();
  void choose_main_region();
  void report_access(std::uint64_t address, std::uint32_t bytes, Access access);

  /// Physical address of an access that lies within a page or is not translated; false: a trap has been
  /// entered.
  bool translate(const Op* op, std::uint64_t address, std::uint32_t bytes, Access access,
                 std::uint64_t& physical);
  /// The two parts of an access across pages, which both must be memory.
  struct Part {
    std::uint8_t* host = nullptr;
    std::uint64_t physical = 0;
    std::uint32_t bytes = 0;
  };
  bool locate_parts(const Op* op, std::uint64_t address, std::uint32_t bytes, Access access,
                    std::array<Part, 2>& parts);
  bool crosses_translated_pages(std::uint64_t address, std::uint32_t bytes) const;
  bool load_across_pages(const Op* op, std::uint64_t address, std::uint32_t bytes);
  bool store_across_pages(const Op* op, std::uint64_t address, std::uint64_t value, std::uint32_t bytes);
  bool access_device(const Op* op, Access access, std::uint64_t address, std::uint64_t physical,
                     std::uint8_t* data, std::uint32_t bytes);

  bool read_entry(std::uint64_t address, std::uint64_t& entry) override;
  bool write_entry(std::uint64_t address, std::uint64_t entry) override;

  /// Where to start executing the code at `at`, decoding it first if need be; null: a trap has been entered.
  const Op* enter(std::uint64_t at);
  const Op* enter_decoded(Block& block, std::uint64_t at);
  Block* find_block(std::uint64_t at);
  void make_room();
  /// Executes the rest of the block that the core has halted in, or one instruction of it.
  void finish_block();
  /// Enters the block, decoded to these ops, for one instruction.
  void step_into(const Op* op);
};

// ---- dispatch ----
// Optimising compilers turn these calls in return position into jumps: direct-threaded code with one function
// an instruction. Without optimisation the handlers return the next one to the loop in Core::run instead.

/// Puts what travels in registers back where it is kept.
[[gnu::always_inline]] inline void keep(Core& core, std::int64_t budget, Lanes lanes) {
  core.budget = budget;
  core.lanes = lanes;
}

#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__)
[[gnu::always_inline]] inline const Op* dispatch(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  return op->handler(op, core, budget, lanes);
}
#else
inline const Op* dispatch(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  keep(core, budget, lanes);
  return op;
}
#endif

/// The instruction after this one.
[[gnu::always_inline]] inline const Op* next(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  return dispatch(op + 1, core, budget, lanes);
}

/// What a link or the jump cache leads to: mostly a block's entry, which is done here and now, as each jump
/// then has a place of its own from which the host's processor learns what comes next.
[[gnu::always_inline]] inline const Op* start(const Op* entry, Core& core, std::int64_t budget, Lanes lanes) {
  if (entry->handler != enter_block || budget <= 0) [[unlikely]]
    return dispatch(entry, core, budget, lanes);
  const Block& block = *entry->block;
  return next(entry, core, budget - block.cycles, lanes + block.lanes);
}

/// The block that a link leads to.
[[gnu::always_inline]] inline const Op* follow(const Op* link, Core& core, std::int64_t budget, Lanes lanes) {
  return start(link->target, core, budget, lanes);
}

/// Leaves the decoded blocks.
[[gnu::always_inline]] inline const Op* leave(Core& core, std::uint64_t pc, std::int64_t budget,
                                              Lanes lanes) {
  keep(core, budget, lanes);
  core.pc = pc;
  return nullptr;
}

/// The code at `target`, by the jump cache.
[[gnu::always_inline]] inline const Op* jump(std::uint64_t target, Core& core, std::int64_t budget,
                                             Lanes lanes) {
  const JumpEntry& entry = core.jumps[jump_slot(target)];
  if (entry.pc != target || entry.space != core.jump_space) [[unlikely]]
    return leave(core, target, budget, lanes);
  return start(entry.ops, core, budget, lanes);
}

// The same for plain handlers.
inline const Op* next(const Op* op, Core&) {
  return op + 1;
}
inline const Op* leave(Core& core, std::uint64_t pc) {
  core.pc = pc;
  return nullptr;
}

/// The Handler that a plain one becomes.
template <PlainHandler handler>
const Op* plain(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  keep(core, budget, lanes);
  const Op* following = handler(op, core);
  if (following == nullptr) return nullptr;
  return dispatch(following, core, core.budget, core.lanes);
}

}  // namespace kasane::cpu
