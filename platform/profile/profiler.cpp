#include "platform/profile/profiler.h"

#include <algorithm>
#include <utility>

#include "platform/profile/profile_of_ledger.h"

namespace kasane::profile {
namespace {

constexpr std::uint32_t stack_pointer = 2;

std::uint64_t cycles_of(const cpu::Core& core) {
  return core.drained.cycles + static_cast<std::uint64_t>(core.slice - core.budget);
}

/// With those that the core has yet to give its main region.
AccessCounts accesses_of(const cpu::Core& core, const cpu::DirectRegion& region) {
  AccessCounts counts{region.reads, region.writes};
  if (&region == core.memory.main_region()) {
    counts.reads += core.lanes[static_cast<std::size_t>(InstructionClass::load)] - core.elsewhere.loads;
    counts.writes += core.lanes[static_cast<std::size_t>(InstructionClass::store)] - core.elsewhere.stores;
  }
  return counts;
}

/// Hooks for debuggers and traces stand among instructions.
bool is_instruction(const cpu::Op& op) {
  return op.length != 0;
}

}  // namespace

Profiler::Profiler(const CodeMap& code, Hart& hart, EnergyAccount& account)
    : code_(code),
      hart_(hart),
      account_(account),
      stack_(tree_, code),
      tallies_(tree_),
      ledger_(tree_, tallies_),
      jobs_(hart, account),
      node_(&tree_.root()),
      memories_(account.blocks().size(), max_memories) {
  for (std::size_t kind = 0; kind < instruction_classes; ++kind) {
    ledger_.weights.instructions[kind] =
        account.operation(hart.operation(static_cast<InstructionClass>(kind))).joules.value;
  }
  hart.profile(this);
  account.observe(*this);
}

Profiler::~Profiler() {
  hart_.profile(nullptr);
}

Site Profiler::site() {
  if (access_pc_ == 0) return {node_, not_inlined};
  KnownInline& known = known_inlines_[access_pc_ / 2 % known_inlines_.size()];
  if (known.pc != access_pc_) known = {access_pc_, code_.inlined_at(access_pc_)};
  return {node_, known.inlined};
}

// ---- where the hart is ----

void Profiler::on_decoded(cpu::Core& core, cpu::Block& block) {
  BlockIdentity identity{.pc = block.key.pc};
  const cpu::Op* first = block.ops;
  while (first->kind == InstructionClass::none) ++first;
  for (const cpu::Op* op = first; op->kind != InstructionClass::none; ++op) {
    constexpr std::uint64_t prime = 0x100000001B3;
    if (!is_instruction(*op)) continue;
    identity.instructions = (identity.instructions ^ static_cast<std::uint64_t>(op->kind)) * prime;
    identity.instructions = (identity.instructions ^ op->cycles ^ op->length) * prime;
  }
  if (block.region != nullptr) {
    identity.fetches = block.lanes[cpu::fetch_lane];
    identity.memory = memory_of(*block.region);
  }
  const std::optional<BlockNumber> known = tallies_.find(identity);
  const BlockNumber number = known ? *known : add_block(identity, first);
  block.function = number.function;
  block.number = number.number;
  if (core.profiled.executions != nullptr) core.profiled.executions = node_->executions.data();
}

BlockNumber Profiler::add_block(const BlockIdentity& identity, const cpu::Op* first) {
  BlockTally tally{.fetches = identity.fetches, .memory = identity.memory, .parts = {}};
  for (const cpu::Op* op = first; op->kind != InstructionClass::none; ++op) {
    if (!is_instruction(*op)) continue;
    BlockTally::Part& part = tally.part(code_.inlined_at(op->pc));
    ++part.counts[static_cast<std::size_t>(op->kind)];
    part.cycles += op->cycles;
  }
  return tallies_.add(identity, code_.function_at(identity.pc).id, std::move(tally));
}

void Profiler::on_arrival(cpu::Core& core, const cpu::Block& block) {
  settle(core);
  stack_.enter(block.function);
  resume(core);
}

void Profiler::on_call(cpu::Core& core, std::uint64_t return_address) {
  stack_.call(return_address, core.x[stack_pointer]);
  core.profiled.function = cpu::ProfiledCode::nothing;
}

void Profiler::on_return(cpu::Core& core, std::uint64_t target) {
  settle(core);
  stack_.leave(target, core.x[stack_pointer]);
  resume(core);
}

void Profiler::on_trap(cpu::Core& core, std::uint64_t cause, std::uint64_t, std::uint64_t pc) {
  settle(core);
  stack_.trap(cause >> 63 != 0 ? Entry::interrupt : Entry::exception, pc, core.x[stack_pointer]);
  core.profiled.function = cpu::ProfiledCode::nothing;
}

void Profiler::on_trap_return(cpu::Core& core, std::uint64_t) {
  settle(core);
  stack_.leave_trap(core.pc, core.x[stack_pointer]);
  core.profiled.function = cpu::ProfiledCode::nothing;
}

void Profiler::on_reset(cpu::Core& core) {
  settle(core);
  stack_.reset();
  core.profiled.function = cpu::ProfiledCode::nothing;
}

/// What was done up to now is the present node's.
void Profiler::settle(cpu::Core& core) {
  core_ = &core;
  give_back_uncharged();
  count_work(core);
}

void Profiler::count_work(cpu::Core& core) {
  const std::uint64_t cycles = cycles_of(core);
  node_->cycles += cycles - std::exchange(seen_cycles_, cycles);
  for (const auto& region : core.memory.regions()) {
    const std::uint32_t memory = memory_of(*region);
    if (memory >= max_memories) continue;
    const AccessCounts now = accesses_of(core, *region);
    AccessCounts& counts = node_->accesses[memory];
    counts.reads += now.reads - std::exchange(region->seen_reads, now.reads);
    counts.writes += now.writes - std::exchange(region->seen_writes, now.writes);
  }
}

/// The stack's node is the one that now runs.
void Profiler::resume(cpu::Core& core) {
  node_ = &stack_.node();
  access_pc_ = 0;
  tree_.mark(*node_);
  const bool is_function = node_->parent != nullptr;
  core.profiled = {is_function ? node_->function : cpu::ProfiledCode::nothing, node_->executions.data()};
}

// ---- instructions that a block has but that were not executed ----

void Profiler::on_charge(cpu::Core& core, const cpu::Op* from, int sign) {
  core_ = &core;
  if (sign > 0 && !uncharged_.empty() && uncharged_.front().pc == from->pc) {
    uncharged_.clear();  // an access to a device: executed after all
    return;
  }
  give_back_uncharged();
  access_pc_ = from->pc;
  for (const cpu::Op* op = from; op->kind != InstructionClass::none; ++op) {
    if (!is_instruction(*op)) continue;
    if (sign < 0) {
      uncharged_.push_back({op->pc, op->kind, op->cycles});
    } else {
      ledger_.correct({node_, code_.inlined_at(op->pc)}, op->kind, op->cycles, +1);
    }
  }
}

void Profiler::give_back_uncharged() {
  for (const Instruction& one : uncharged_) {
    ledger_.correct({node_, code_.inlined_at(one.pc)}, one.kind, one.cycles, -1);
  }
  uncharged_.clear();
}

// ---- energy ----

std::uint32_t Profiler::memory_of(cpu::DirectRegion& region) {
  if (region.memory != cpu::DirectRegion::unknown_memory) return region.memory;
  region.memory = max_memories;
  if (region.meter == nullptr) return region.memory;
  const DirectAccessCosts costs = region.meter->direct_access_costs();
  std::uint32_t& number = memories_[costs.block.index];
  if (number == max_memories) {
    // Memories beyond the last share its number: what they spend is still added up in full.
    number = std::min<std::uint32_t>(known_memories_++, max_memories - 1);
    ledger_.weights.memories[number] = costs;
  }
  region.memory = number;
  return number;
}

void Profiler::before_booking(cpu::Core& core) {
  core_ = &core;
  count_work(core);
  booking_ = true;
}

void Profiler::after_booking(cpu::Core&) {
  booking_ = false;
}

void Profiler::on_energy(BlockId block, const Interval&, double joules) {
  if (booking_ && block == hart_.block()) {
    ledger_.pool.instructions += joules;
  } else if (booking_ && memories_[block.index] < max_memories) {
    ledger_.pool.memories[memories_[block.index]] += joules;
  } else {
    const JobSites::Cause cause = jobs_.cause(site());
    ledger_.add_hardware(cause.site, cause.engine, block, joules);
  }
}

void Profiler::on_access(PortId port, const Interval& when, double joules, std::uint64_t) {
  if (joules != 0) on_energy(account_.feed().ports()[port.index].block, when, joules);
}

void Profiler::on_job_begin(BlockId engine) {
  jobs_.begin_job(engine, {node_, not_inlined});
}

/// Voltages decide what an operation costs: what was done before is divided by what it cost then. Any state
/// decides what blocks draw in the background.
void Profiler::on_power_state(PowerDomainId domain, sc_core::sc_time, const PowerState& state) {
  if (domain.index >= volts_.size()) volts_.resize(domain.index + 1);
  const bool new_price = std::exchange(volts_[domain.index], state.volts) != state.volts;
  if (core_ == nullptr) return;
  if (new_price) return collect();
  count_work(*core_);
  add_background();
  ledger_.divide_background();
}

void Profiler::on_background(BlockId block, sc_core::sc_time, double clock_watts, double leakage_watts) {
  background_.set(block, clock_watts, leakage_watts);
}

void Profiler::add_background() {
  const BackgroundEnergy energy = background_.take();
  if (asleep_) {
    ledger_.add_sleep(asleep_at_, 0, energy.clock, energy.leakage);
  } else {
    ledger_.pool.clock += energy.clock;
    ledger_.pool.leakage += energy.leakage;
  }
}

void Profiler::on_sleep(cpu::Core& core) {
  settle(core);
  add_background();
  constexpr std::uint64_t wfi_bytes = 4;
  asleep_ = true;
  asleep_at_ = {node_, core.asleep ? code_.inlined_at(core.pc - wfi_bytes) : not_inlined};
}

void Profiler::on_wake(cpu::Core&, std::uint64_t slept_cycles) {
  add_background();
  ledger_.add_sleep(asleep_at_, slept_cycles, 0, 0);
  asleep_ = false;
}

void Profiler::collect() {
  settle(*core_);
  add_background();
  ledger_.collect();
  tree_.mark(*node_);
}

Profile Profiler::finish() {
  if (core_ != nullptr) collect();
  add_background();
  ledger_.give_rest_to({node_, not_inlined}, hart_.block());
  return profile_of(tree_, ledger_, code_, account_);
}

}  // namespace kasane::profile
