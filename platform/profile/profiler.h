/// Attributes a run's instructions, cycles and energy to the functions and call stacks of its software.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "models/common/energy_account.h"
#include "models/common/silent_observer.h"
#include "platform/cpu/hart.h"
#include "platform/profile/background.h"
#include "platform/profile/call_stack.h"
#include "platform/profile/code_map.h"
#include "platform/profile/job_sites.h"
#include "platform/profile/ledger.h"
#include "platform/profile/profile.h"

namespace kasane::profile {

/// Instructions are counted exactly. Of energy, the sum is exact, and it is divided where it is spent:
/// instructions by class, accesses by the function that makes them, engines' work by the call that rang the
/// doorbell, leakage and clocks by time to the function that ran or waited.
class Profiler final : public cpu::Profiling, public SilentObserver {
 public:
  /// Watches from now on; make it before the simulation starts. All outlive it.
  Profiler(const CodeMap& code, Hart& hart, EnergyAccount& account);
  ~Profiler() override;
  Profiler(const Profiler&) = delete;
  Profiler& operator=(const Profiler&) = delete;

  /// What was seen; call once, after the hart's last booking.
  Profile finish();

  // ---- of the hart ----
  void on_decoded(cpu::Core& core, cpu::Block& block) override;
  void on_arrival(cpu::Core& core, const cpu::Block& block) override;
  void on_call(cpu::Core& core, std::uint64_t return_address) override;
  void on_return(cpu::Core& core, std::uint64_t target) override;
  void on_trap(cpu::Core& core, std::uint64_t cause, std::uint64_t value, std::uint64_t pc) override;
  void on_trap_return(cpu::Core& core, std::uint64_t pc) override;
  void on_reset(cpu::Core& core) override;
  void on_charge(cpu::Core& core, const cpu::Op* from, int sign) override;
  void before_booking(cpu::Core& core) override;
  void after_booking(cpu::Core& core) override;
  void on_sleep(cpu::Core& core) override;
  void on_wake(cpu::Core& core, std::uint64_t slept_cycles) override;

  // ---- of the chip ----
  void on_energy(BlockId block, const Interval& when, double joules) override;
  void on_access(PortId port, const Interval& when, double joules, std::uint64_t bytes) override;
  void on_background(BlockId block, sc_core::sc_time at, double clock_watts, double leakage_watts) override;
  void on_job_begin(BlockId engine) override;
  void on_power_state(PowerDomainId domain, sc_core::sc_time at, const PowerState& state) override;

 private:
  struct Instruction {
    std::uint64_t pc;
    InstructionClass kind;
    std::uint16_t cycles;
  };
  struct KnownInline {
    std::uint64_t pc = 0;
    InlineId inlined = not_inlined;
  };
  void settle(cpu::Core& core);
  void count_work(cpu::Core& core);
  void resume(cpu::Core& core);
  void collect();
  void give_back_uncharged();
  void add_background();
  std::uint32_t memory_of(cpu::DirectRegion& region);
  BlockNumber add_block(const BlockIdentity& identity, const cpu::Op* first);
  /// Of what accesses a device now.
  Site site();

  const CodeMap& code_;
  Hart& hart_;
  EnergyAccount& account_;
  CallTree tree_;
  CallStack stack_;
  BlockTallies tallies_;
  Ledger ledger_;
  JobSites jobs_;
  Background background_;

  cpu::Core* core_ = nullptr;
  CallNode* node_;                 ///< where the hart is; the same as the stack's, but for what is under way
  std::uint64_t seen_cycles_ = 0;  ///< of the hart
  std::vector<Instruction> uncharged_;            ///< of the block that runs: not executed, so far
  std::uint64_t access_pc_ = 0;                   ///< of the instruction that last accessed a device, or 0
  std::array<KnownInline, 512> known_inlines_{};  ///< by pc, of instructions that access devices
  bool booking_ = false;
  bool asleep_ = false;
  Site asleep_at_;
  std::vector<std::uint32_t> memories_;  ///< by block: its number among the memories, or max_memories
  std::uint32_t known_memories_ = 0;
  std::vector<double> volts_;  ///< by power domain
};

}  // namespace kasane::profile
