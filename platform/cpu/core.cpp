#include "platform/cpu/core.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <stdexcept>

#include "platform/cpu/float/host.h"

namespace kasane::cpu {
namespace {

static_assert(std::endian::native == std::endian::little, "the hart shares memory with a little-endian host");

template <typename Vector>
bool any(const Vector& lanes) {
  std::array<std::uint64_t, sizeof(Vector) / sizeof(std::uint64_t)> words;
  std::memcpy(&words, &lanes, sizeof(words));
  std::uint64_t all = 0;
  for (const std::uint64_t word : words) all |= word;
  return all != 0;
}

std::uint64_t lane_sum(const Core& core) {
  std::uint64_t sum = 0;
  for (std::uint32_t lane = 0; lane < lane_classes; ++lane) sum += core.lanes[lane];
  for (std::uint32_t lane = 0; lane < float_classes; ++lane) sum += core.float_lanes[lane];
  return sum;
}

/// Tells the profiler of a block that it did not expect, and enters the block. Out of line, as the entry
/// stays small by it.
[[gnu::noinline]] const Op* arrive(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  keep(core, budget, lanes);
  core.profiling->on_arrival(core, *op->block);
  return enter_profiled_block(op, core, budget, lanes);
}

}  // namespace

Core::Core(const HartConfig& with, Outside& outside_of)
    : csr(with), space(csr, *this, with.hardware_ad), config(with), outside(outside_of) {
  if (!ieee::host_conforms()) {
    throw std::runtime_error(
        "hart: the host's floating-point unit flushes subnormal numbers or does not round to nearest even "
        "(a library built with -ffast-math?)");
  }
  taken_extra = std::int64_t{config.cycles.branch_taken} - config.cycles.branch;
  reset();
}

void Core::reset() {
  drain();
  x.fill(0);
  f.fill(0);
  csr = CsrFile(config);
  pc = config.reset_vector;
  mode = Privilege::machine;
  reservation = {};
  asleep = false;
  unfinished.reset();
  unresolved = nullptr;
  fetch_region = nullptr;
  blocks.clear();
  jumps.fill({});
  mapping_changed();
  if (profiling != nullptr) profiling->on_reset(*this);
}

void Core::run(std::int64_t cycles) {
  drain();
  slice = budget = std::min(cycles, max_slice);
  if (unfinished) [[unlikely]]
    finish_block();
  while (budget > 0 && !asleep && !halted) {
    if (const std::uint64_t interrupt = csr.interrupt_to_take(mode); interrupt != 0) {
      enter_trap(interrupt, 0, pc);
      continue;
    }
    const Op* op = enter(pc);
    if (stepping) [[unlikely]] {
      step_into(op);
    } else {
      while (op != nullptr) op = op->handler(op, *this, budget, lanes);
    }
  }
  drain();
  if (elsewhere_prevails) choose_main_region();  // before the regions' counts are booked
}

void Core::make_room() {
  unresolved = nullptr;
  blocks.clear();
  jumps.fill({});
  memory.forget_pages();
}

Block* Core::find_block(std::uint64_t at) {
  const Translation place = space.translate(at, Access::fetch);
  if (!place.ok() || !space.allows_page(place.physical, Access::fetch).value_or(false)) return nullptr;
  Block* block = blocks.find({.physical = place.physical, .pc = at, .machine = space.in_machine_mode()});
  if (block != nullptr && block->second_page) {
    const Fetched rest = fetch(page_of(at + page_bytes) << page_bits);
    if (rest.cause != 0 || rest.region == nullptr || rest.physical != *block->second_page) return nullptr;
  }
  return block;
}

const Op* Core::enter(std::uint64_t at) {
  if (blocks.is_full()) make_room();
  const JumpEntry& known = jumps[jump_slot(at)];
  if (known.pc == at && known.space == jump_space && known.ops->handler != enter_stale_block) {
    if (unresolved != nullptr && unresolved->pc == at) unresolved->target = known.ops;
    unresolved = nullptr;
    return known.ops;
  }
  Block* block = find_block(at);
  if (block == nullptr) {
    FetchFault fault;
    block = build_block(*this, at, fault);
    if (block == nullptr) {
      enter_trap(fault.cause, fault.address, at);
      return nullptr;
    }
  }
  return enter_decoded(*block, at);
}

const Op* Core::enter_decoded(Block& block, std::uint64_t at) {
  if (block.region != fetch_region) {
    drain();  // lanes count fetches of one region at a time
    fetch_region = block.region;
    unresolved = nullptr;  // links stay within a region
    context_changed();
  }
  if (block.region == nullptr) {
    // Fetched for this one time, which may have used up the budget: it is executed all the same, or the hart
    // would fetch it for ever.
    unresolved = nullptr;
    charge_whole(block);
    return block.ops + 1;
  }
  if (!block.second_page) {
    jumps[jump_slot(at)] = {at, jump_space, block.ops};
    if (unresolved != nullptr && unresolved->pc == at) unresolved->target = block.ops;
  }
  unresolved = nullptr;
  return block.ops;
}

void Core::drain() {
  if (slice == budget && !any(lanes)) return;  // every instruction costs something, and its code was fetched
  std::uint64_t retired = retired_one_by_one;
  const auto take = [&](std::uint64_t count, std::uint32_t kind) {
    counts[kind] += count;
    retired += count;
  };
  for (std::uint32_t lane = 0; lane < lane_classes; ++lane) take(lanes[lane], lane);
  if (any(float_lanes)) {
    for (std::uint32_t lane = 0; lane < float_classes; ++lane) {
      take(float_lanes[lane], first_float_class + lane);
    }
    float_lanes = FloatLanes{};
  }
  drained.cycles += static_cast<std::uint64_t>(slice - budget);
  drained.instructions += retired;
  if (fetch_region != nullptr) fetch_region->fetches += lanes[fetch_lane];
  count_main_region();
  lanes = Lanes{};
  retired_one_by_one = 0;
  slice = budget;
}

void Core::stop_soon() {
  if (budget <= 0) return;
  slice -= budget;
  budget = 0;
}

void Core::halt() {
  halted = true;
  stop_soon();
}

Progress Core::progress() const {
  return {.cycles = drained.cycles + slept_cycles + static_cast<std::uint64_t>(slice - budget),
          .instructions = drained.instructions + lane_sum(*this) + retired_one_by_one};
}

void Core::charge_whole(const Block& block) {
  if (profiling != nullptr) {
    if (block.function != profiled.function) profiling->on_arrival(*this, block);
    ++profiled.executions[block.number];
  }
  budget -= block.cycles;
  lanes += block.lanes;
  float_lanes += block.float_lanes;
}

void Core::charge(const Op* from, int sign) {
  for (const Op* op = from; op->kind != InstructionClass::none; ++op) {
    budget -= sign * op->cycles;
    count(op->kind, sign, lanes, float_lanes);
  }
  if (profiling != nullptr) profiling->on_charge(*this, from, sign);
}

std::optional<std::uint64_t> Core::read_csr(std::uint32_t number, const Progress& before) {
  return number == csr::time ? outside.timer(before.cycles) : csr.read(number, before);
}

bool Core::write_csr(std::uint32_t number, std::uint64_t value, const Progress& after) {
  if (!csr.write(number, value, after)) return false;
  if (changes_translation(number)) {
    blocks.invalidate_all();  // machine mode's links trust in what it may fetch
    mapping_changed();
  } else if (number == csr::mstatus || number == csr::sstatus) {
    context_changed();
  }
  return true;
}

void Core::set_mode(Privilege to) {
  mode = to;
  context_changed();
}

void Core::context_changed() {
  space.update(mode);
  data_tag = space.data_tag();
  jump_space = space.fetch_tag() | (fetch_region == nullptr ? 0 : fetch_region->number);
  unresolved = nullptr;
}

void Core::mapping_changed() {
  if (space.flush()) {
    memory.forget_pages();
    jumps.fill({});
  }
  context_changed();
}

void Core::raise(const Op* op, std::uint64_t cause, std::uint64_t value) {
  charge(op, -1);
  enter_trap(cause, value, op->pc);
}

void Core::raise_illegal(const Op* op) {
  std::uint64_t bits = fetch(op->pc).bits;
  if (op->length == 4) bits |= std::uint64_t{fetch(op->pc + 2).bits} << 16;
  raise(op, cause::illegal_instruction, bits);
}

void Core::enter_trap(std::uint64_t cause, std::uint64_t value, std::uint64_t at) {
  for (Instrumentation* one : instrumentations) one->before_trap(*this, cause, at);
  budget -= config.cycles.trap;
  pc = csr.enter_trap(mode, cause, value, at);
  reservation.valid = false;
  context_changed();
  for (Instrumentation* one : instrumentations) one->on_trap(*this, cause, value, at);
}

void Core::trap_left(std::uint64_t at) {
  reservation.valid = false;
  context_changed();
  for (Instrumentation* one : instrumentations) one->on_trap_return(*this, at);
}

void Core::memory_written(std::uint64_t first, std::uint64_t last) {
  blocks.invalidate(first, last);
  if (reservation.valid && first < reservation.address + reservation.bytes && reservation.address <= last) {
    reservation.valid = false;
  }
}

void Core::invalidate_direct(std::uint64_t first, std::uint64_t last) {
  drain();
  blocks.invalidate_all();
  fetch_region = nullptr;
  context_changed();
  memory.invalidate(first, last);
}

const Op* enter_block(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  if (budget <= 0) [[unlikely]]
    return leave(core, op->pc, budget, lanes);
  const Block& block = *op->block;
  return next(op, core, budget - block.cycles, lanes + block.lanes);
}

const Op* enter_float_block(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  if (budget <= 0) [[unlikely]]
    return leave(core, op->pc, budget, lanes);
  const Block& block = *op->block;
  core.float_lanes += block.float_lanes;
  return next(op, core, budget - block.cycles, lanes + block.lanes);
}

const Op* enter_profiled_block(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  if (budget <= 0) [[unlikely]]
    return leave(core, op->pc, budget, lanes);
  const Block& block = *op->block;
  if (block.function != core.profiled.function) [[unlikely]]
    return arrive(op, core, budget, lanes);
  ++core.profiled.executions[block.number];
  core.float_lanes += block.float_lanes;
  return next(op, core, budget - block.cycles, lanes + block.lanes);
}

const Op* enter_stale_block(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  return leave(core, op->pc, budget, lanes);
}

const Op* resolve_link(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  core.unresolved = const_cast<Op*>(op);
  return leave(core, op->pc, budget, lanes);
}

const Op* follow_jump_cache(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  return jump(op->pc, core, budget, lanes);
}

}  // namespace kasane::cpu
