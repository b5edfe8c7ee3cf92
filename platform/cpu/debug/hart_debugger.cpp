#include "platform/cpu/debug/hart_debugger.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace kasane {
namespace {

using cpu::page_bytes;

/// The page table as it stands, without an access being marked in it.
class TableViewer : public cpu::PageTableMemory {
 public:
  explicit TableViewer(Hart& hart) : hart_(hart) {}
  bool read_entry(std::uint64_t address, std::uint64_t& entry) override {
    tlm::tlm_generic_payload payload;
    payload.set_read();
    payload.set_address(address);
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(&entry));
    payload.set_data_length(sizeof(entry));
    payload.set_streaming_width(sizeof(entry));
    return hart_.bus->transport_dbg(payload) == sizeof(entry);
  }
  bool write_entry(std::uint64_t, std::uint64_t) override { return true; }

 private:
  Hart& hart_;
};

}  // namespace

HartDebugger::HartDebugger(Hart& hart) : hart_(hart), core_(hart.core()) {
  core_.attach(*this);
  hart_.on_standstill = [this] { stopped(); };
}

HartDebugger::~HartDebugger() {
  core_.detach(*this);
  hart_.on_standstill = nullptr;
}

std::uint64_t HartDebugger::pc() const {
  return core_.pc;
}

void HartDebugger::set_pc(std::uint64_t pc) {
  if (pc == core_.pc) return;
  hart_.set_pc(pc);
  core_.unfinished.reset();
}

std::uint64_t HartDebugger::read_x(std::uint32_t number) const {
  return hart_.read_register(number);
}

void HartDebugger::write_x(std::uint32_t number, std::uint64_t value) {
  hart_.write_register(number, value);
}

std::optional<std::uint64_t> HartDebugger::read_f(std::uint32_t number) const {
  return core_.f.at(number);
}

bool HartDebugger::write_f(std::uint32_t number, std::uint64_t value) {
  core_.f.at(number) = value;
  return true;
}

std::optional<std::uint64_t> HartDebugger::read_csr(std::uint32_t number) const {
  return hart_.read_csr(number);
}

bool HartDebugger::write_csr(std::uint32_t number, std::uint64_t value) {
  return hart_.write_csr(number, value);
}

Privilege HartDebugger::privilege() const {
  return core_.mode;
}

std::optional<std::uint64_t> HartDebugger::physical(std::uint64_t address) const {
  TableViewer viewer(hart_);
  return core_.space.look_up(address, viewer);
}

unsigned HartDebugger::transfer(tlm::tlm_command command, std::uint64_t address, std::uint8_t* data,
                                unsigned bytes) const {
  const std::optional<std::uint64_t> place = physical(address);
  if (!place) return 0;
  tlm::tlm_generic_payload payload;
  payload.set_command(command);
  payload.set_address(*place);
  payload.set_data_ptr(data);
  payload.set_data_length(bytes);
  payload.set_streaming_width(bytes);
  const unsigned moved = hart_.bus->transport_dbg(payload);
  if (command == tlm::TLM_WRITE_COMMAND) hart_.invalidate_code(*place, *place + moved);
  return moved;
}

bool HartDebugger::read_memory(std::uint64_t address, std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const auto part =
        static_cast<unsigned>(std::min<std::uint64_t>(bytes.size(), page_bytes - address % page_bytes));
    if (transfer(tlm::TLM_READ_COMMAND, address, bytes.data(), part) != part) return false;
    address += part;
    bytes = bytes.subspan(part);
  }
  return true;
}

bool HartDebugger::write_memory(std::uint64_t address, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const auto part =
        static_cast<unsigned>(std::min<std::uint64_t>(bytes.size(), page_bytes - address % page_bytes));
    auto* data = const_cast<std::uint8_t*>(bytes.data());  // only read by a write
    if (transfer(tlm::TLM_WRITE_COMMAND, address, data, part) != part) return false;
    address += part;
    bytes = bytes.subspan(part);
  }
  return true;
}

void HartDebugger::add_breakpoint(std::uint64_t address) {
  points_.breakpoints.insert(address);
}

void HartDebugger::remove_breakpoint(std::uint64_t address) {
  points_.breakpoints.erase(address);
}

void HartDebugger::add_watchpoint(std::uint64_t address, std::uint64_t bytes, WatchKind kind) {
  if (bytes != 0) points_.watches.insert({address, address + bytes - 1, kind});
}

void HartDebugger::remove_watchpoint(std::uint64_t address, std::uint64_t bytes, WatchKind kind) {
  points_.watches.erase({address, address + bytes - 1, kind});
}

bool HartDebugger::wants(std::uint64_t pc) const {
  // After an access to what is watched the hart stops before the next instruction, whichever that is.
  return !points_.watches.empty() || points_.breakpoints.contains(pc);
}

bool HartDebugger::watches(std::uint64_t first, std::uint64_t last) const {
  return std::any_of(points_.watches.begin(), points_.watches.end(),
                     [=](const Watch& watch) { return watch.overlaps(first, last); });
}

bool HartDebugger::before_instruction(cpu::Core&, const cpu::Op& op) {
  const std::optional<std::uint64_t> passed = std::exchange(passed_, std::nullopt);
  if (watch_hit_) return false;
  breakpoint_hit_ = passed != op.pc && points_.breakpoints.contains(op.pc);
  return !breakpoint_hit_;
}

void HartDebugger::after_access(cpu::Core& core, std::uint64_t address, std::uint32_t bytes,
                                cpu::Access access) {
  const std::uint64_t last = address + bytes - 1;
  for (const Watch& watch : points_.watches) {
    const bool is_meant =
        watch.kind == WatchKind::access || (watch.kind == WatchKind::write) == (access == cpu::Access::store);
    if (!is_meant || !watch.overlaps(address, last) || watch_hit_) continue;
    watch_hit_ = {StopReason::watchpoint, std::max(address, watch.first), watch.kind};
    core.halt();  // no later than where the block ends; within it, at the next instruction's hook
  }
}

void HartDebugger::on_trap(cpu::Core& core, std::uint64_t cause, std::uint64_t, std::uint64_t pc) {
  const bool is_interrupt = (cause & cpu::cause::interrupt) != 0;
  if (core.stepping && is_interrupt) {
    core.stepping = false;
    returns_to_ = pc;
  }
}

void HartDebugger::on_trap_return(cpu::Core& core, std::uint64_t) {
  if (!returns_to_ || core.pc != *returns_to_) return;
  returns_to_.reset();
  core.stepping = true;
}

void HartDebugger::stopped() {
  halted_ = true;
  stop_ = {};
  if (watch_hit_) {
    stop_ = *watch_hit_;
  } else if (breakpoint_hit_) {
    stop_.reason = StopReason::breakpoint;
  } else if (step_wanted_) {
    stop_.reason = StopReason::step;
  }
  watch_hit_.reset();
  breakpoint_hit_ = false;
  step_wanted_ = false;
  core_.stepping = false;
  returns_to_.reset();
  if (on_stop) on_stop(stop_);
}

void HartDebugger::halt() {
  if (halted_) return;
  if (!hart_.dozes()) return hart_.stand_still();
  core_.halted = true;
  stopped();
}

void HartDebugger::resume() {
  if (halted_ && !core_.unfinished) passed_ = core_.pc;  // else the rest of its block begins without a hook
  go_on();
}

void HartDebugger::step() {
  step_wanted_ = true;
  core_.stepping = true;
  go_on();
}

void HartDebugger::go_on() {
  if (decoded_ != points_) {
    decoded_ = points_;
    core_.instrumentation_changed();
  }
  halted_ = false;
  hart_.go_on();
}

void HartDebugger::reset() {
  hart_.reset();
}

}  // namespace kasane
