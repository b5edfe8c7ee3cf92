#include "platform/cpu/core.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace kasane::cpu {
namespace {

static_assert(std::endian::native == std::endian::little, "the hart shares memory with a little-endian host");

/// Stands in the jump cache for "nothing": no code is at an odd address.
Block no_block{.pc = 1};

std::uint64_t lane_sum(const Lanes& lanes) {
  std::uint64_t sum = 0;
  for (std::uint32_t lane = 0; lane < lane_classes; ++lane) sum += lanes[lane];
  return sum;
}

}  // namespace

Core::Core(const HartConfig& config, Outside& outside_of)
    : csr(config.hart_id), costs(config.cycles), outside(outside_of) {
  taken_extra = std::int64_t{costs.branch_taken} - costs.branch;
  reset(config.hart_id, config.reset_vector);
}

void Core::reset(std::uint64_t hart_id, std::uint64_t vector) {
  drain();
  x.fill(0);
  csr = CsrFile(hart_id);
  pc = vector;
  reservation = {};
  asleep = false;
  unresolved = nullptr;
  fetch_region = nullptr;
  blocks.clear();
  jumps.fill(&no_block);
}

void Core::run(std::int64_t cycles) {
  drain();
  slice = budget = std::min(cycles, max_slice);
  while (budget > 0 && !asleep) {
    if (const std::uint64_t interrupt = csr.interrupt_to_take(); interrupt != 0) {
      unresolved = nullptr;
      enter_trap(interrupt, 0, pc);
      continue;
    }
    const Op* op = enter(pc);
    while (op != nullptr) op = op->handler(op, *this);
  }
  drain();
}

const Op* Core::enter(std::uint64_t at) {
  if (blocks.is_full()) {
    unresolved = nullptr;
    blocks.clear();
    jumps.fill(&no_block);
    memory.forget_pages();
  }
  Block* block = blocks.find(at);
  if (block == nullptr) block = &build_block(*this, at);
  if (block->region != fetch_region) {
    drain();  // lanes count fetches of one region at a time
    fetch_region = block->region;
    unresolved = nullptr;  // links stay within a region
  }
  if (block->region == nullptr) {
    // Fetched by the bus for this one time, which may have used up the budget: it is executed all the same,
    // or the hart would fetch it for ever.
    unresolved = nullptr;
    budget -= block->cycles;
    lanes += block->lanes;
    return block->ops + 1;
  }
  jumps[jump_slot(at)] = block;
  if (unresolved != nullptr && unresolved->pc == at) unresolved->target = block->ops;
  unresolved = nullptr;
  return block->ops;
}

void Core::drain() {
  for (std::uint32_t lane = 0; lane < lane_classes; ++lane) counts[lane] += lanes[lane];
  drained.cycles += static_cast<std::uint64_t>(slice - budget);
  drained.instructions += lane_sum(lanes) + retired_one_by_one;
  if (fetch_region != nullptr) fetch_region->reads += lanes[fetch_lane];
  lanes = Lanes{};
  retired_one_by_one = 0;
  slice = budget;
}

void Core::stop_soon() {
  if (budget <= 0) return;
  slice -= budget;
  budget = 0;
}

Progress Core::progress() const {
  return {.cycles = drained.cycles + slept_cycles + static_cast<std::uint64_t>(slice - budget),
          .instructions = drained.instructions + lane_sum(lanes) + retired_one_by_one};
}

void Core::charge(const Op* from, int sign) {
  for (const Op* op = from; op->kind != InstructionClass::none; ++op) {
    budget -= sign * op->cycles;
    const auto lane = static_cast<std::uint32_t>(op->kind);
    if (lane < lane_classes) lanes[lane] = static_cast<std::uint16_t>(lanes[lane] + sign);
  }
}

void Core::raise(const Op* op, std::uint64_t cause, std::uint64_t value) {
  charge(op, -1);
  enter_trap(cause, value, op->pc);
}

void Core::enter_trap(std::uint64_t cause, std::uint64_t value, std::uint64_t at) {
  budget -= costs.trap;
  pc = csr.enter_trap(cause, value, at);
}

DirectRegion* Core::direct(std::uint64_t address, std::uint64_t bytes, Direction direction) {
  DirectRegion* region = memory.find(address, bytes, direction);
  if (region == nullptr) {
    region = outside.request_direct(address, direction);
    if (region == nullptr || !region->contains(address, bytes)) return nullptr;
  }
  return region;
}

bool Core::load_slowly(const Op* op, std::uint64_t address, std::uint32_t bytes) {
  transfer = 0;
  if (DirectRegion* region = direct(address, bytes, Direction::read)) {
    memory.map_page(*region, address, Direction::read);
    std::memcpy(&transfer, region->at(address), bytes);
    ++region->reads;
    stall(region->read_stall);
    return true;
  }
  if (address % bytes != 0) {
    raise(op, cause::load_misaligned, address);
    return false;
  }
  charge(op, -1);  // the device sees the time at which this instruction begins
  std::uint8_t data[8] = {};
  if (!outside.access(Direction::read, address, data, bytes)) {
    enter_trap(cause::load_access, address, op->pc);
    return false;
  }
  std::memcpy(&transfer, data, bytes);
  charge(op, +1);
  return true;
}

bool Core::store_slowly(const Op* op, std::uint64_t address, std::uint64_t value, std::uint32_t bytes) {
  if (DirectRegion* region = direct(address, bytes, Direction::write)) {
    std::memcpy(region->at(address), &value, bytes);
    ++region->writes;
    stall(region->write_stall);
    stored_directly(address, bytes);
    if (!blocks.is_code_page(page_of(address))) memory.map_page(*region, address, Direction::write);
    return true;
  }
  if (address % bytes != 0) {
    raise(op, cause::store_misaligned, address);
    return false;
  }
  charge(op, -1);
  std::uint8_t data[8];
  std::memcpy(data, &value, sizeof(data));
  if (!outside.access(Direction::write, address, data, bytes)) {
    enter_trap(cause::store_access, address, op->pc);
    return false;
  }
  charge(op, +1);
  return true;
}

std::uint8_t* Core::locate_atomic(const Op* op, std::uint64_t address, std::uint32_t bytes, bool reads,
                                  bool writes) {
  const bool is_load = reads && !writes;
  if (address % bytes != 0) {
    raise(op, is_load ? cause::load_misaligned : cause::store_misaligned, address);
    return nullptr;
  }
  DirectRegion* region = direct(address, bytes, writes ? Direction::write : Direction::read);
  if (region == nullptr || (reads && !region->readable)) {  // atomics are for memory, not for devices
    raise(op, is_load ? cause::load_access : cause::store_access, address);
    return nullptr;
  }
  region->reads += reads ? 1 : 0;
  region->writes += writes ? 1 : 0;
  stall((reads ? region->read_stall : 0) + (writes ? region->write_stall : 0));
  if (writes) stored_directly(address, bytes);
  return region->at(address);
}

void Core::stored_directly(std::uint64_t address, std::uint32_t bytes) {
  const std::uint64_t last = address + bytes - 1;
  if (blocks.is_code(address, last)) blocks.invalidate(address, last);
}

bool Core::fetch(std::uint64_t address, std::uint16_t& parcel, DirectRegion*& region) {
  region = direct(address, sizeof(parcel), Direction::read);
  if (region != nullptr) {
    std::memcpy(&parcel, region->at(address), sizeof(parcel));
    return true;
  }
  std::uint8_t data[sizeof(parcel)];
  if (!outside.access(Direction::read, address, data, sizeof(data))) return false;
  std::memcpy(&parcel, data, sizeof(parcel));
  return true;
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
  memory.invalidate(first, last);
}

const Op* enter_block(const Op* op, Core& core) {
  if (core.budget <= 0) [[unlikely]]
    return leave(core, op->pc);
  const Block& block = *op->block;
  core.budget -= block.cycles;
  core.lanes += block.lanes;
  return next(op, core);
}

const Op* enter_stale_block(const Op* op, Core& core) {
  return leave(core, op->pc);
}

const Op* resolve_link(const Op* op, Core& core) {
  core.unresolved = const_cast<Op*>(op);
  return leave(core, op->pc);
}

}  // namespace kasane::cpu
