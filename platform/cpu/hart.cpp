#include "platform/cpu/hart.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "models/common/scoped_extension.h"

namespace kasane {
namespace {

constexpr std::array<const char*, instruction_classes> operation_names = {
    "instruction_alu",         "instruction_load",         "instruction_store",
    "instruction_branch",      "instruction_jump",         "instruction_multiply",
    "instruction_divide",      "instruction_csr",          "instruction_atomic",
    "instruction_system",      "instruction_float_add",    "instruction_float_multiply",
    "instruction_float_fused", "instruction_float_divide",
};

/// x1 to x31, the program counter, and the CSRs' bits: what the clock reaches in every cycle at least.
constexpr double state_bits = 31 * 64 + 64 + 10 * 64;

/// Slices of running are shown at least so often, that a trace cut short shows nearly all. In picoseconds.
constexpr std::uint64_t longest_slice = 1'000'000'000;

const char* checked(const HartConfig& config, const char* name) {
  check(config, name);
  return name;
}

}  // namespace

Hart::Hart(sc_core::sc_module_name name, const HartConfig& config, PowerDomain& domain,
           EnergyAccount& account, const Technology& technology)
    : sc_module(name),
      config_(config),
      domain_(domain),
      account_(account),
      block_(account.add_block(checked(config, basename()), technology.area_mm2("risc_v_core"))),
      core_(config, *this) {
  for (std::size_t kind = 0; kind < operations_.size(); ++kind) {
    operations_[kind] =
        account.add_operation(block_, operation_names[kind], technology.joules(operation_names[kind]));
  }
  account.feed().add_worker(block_, Worker::processor);
  domain.attach(block_, technology.leakage_watts("risc_v_core"),
                state_bits * technology.joules("register_bit_clock"));
  domain.on_change([this] { domain_changed(); });
  refused_.fill(cpu::DirectPage::no_page);
  bus.register_invalidate_direct_mem_ptr(this, &Hart::invalidate_direct);
  SC_HAS_PROCESS(Hart);
  SC_THREAD(run);
}

void Hart::run() {
  slice_begin_ = sc_core::sc_time_stamp();
  account_.set_activity(block_, Activity::compute);
  read_lines();
  for (;;) {
    if (!domain_is_ready_) {
      if (!domain_.ready()) suspend();
      domain_is_ready_ = true;  // until domain_changed()
    }
    if (core_.asleep && !core_.halted) {
      sleep();
      continue;
    }
    if (!horizon_known_) {
      horizon_ = horizon();
      horizon_known_ = true;
    }
    if (core_.halted || standing_wanted_) {
      stand();
      continue;
    }
    const std::int64_t left = horizon_ - unsynchronised();
    if (left > 0 || core_.unfinished) {
      core_.run(left);
    } else {
      synchronise();
    }
  }
}

/// The horizon is known by now, and the hart does not synchronise: what it does afterwards, and when, does
/// not depend on whether it has stood here.
void Hart::stand() {
  standing_wanted_ = false;
  core_.halted = true;
  if (on_standstill) on_standstill();
  sc_core::sc_pause();
  while (core_.halted) wait(going_on_);
}

void Hart::go_on() {
  standing_wanted_ = false;
  core_.halted = false;
  going_on_.notify();
  if (dozing_ && !core_.asleep) domain_event_.notify(sc_core::SC_ZERO_TIME);  // it was reset in its sleep
}

std::int64_t Hart::horizon() const {
  // To the next multiple of the quantum, as tlm_global_quantum has it.
  sc_core::sc_time reach = config_.quantum - sc_core::sc_time_stamp() % config_.quantum;
  if (config_.lookahead > reach) {
    // Nobody else will run before the next scheduled event: until then the hart is alone.
    reach = std::max(reach, std::min(sc_core::sc_time_to_pending_activity(), config_.lookahead));
  }
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(domain_.cycles_in(reach)));
}

void Hart::synchronise() {
  core_.drain();
  const std::int64_t cycles = unsynchronised();
  synchronised_cycles_ = core_.drained.cycles;
  horizon_known_ = false;
  sc_core::sc_time now = sc_core::sc_time_stamp();
  if (cycles > 0) {
    const sc_core::sc_time offset = domain_.cycles(static_cast<std::uint64_t>(cycles));
    book({now, now + offset});
    wait(offset);
    now += offset;
  }
  read_lines();
  if (now.value() - slice_begin_.value() >= longest_slice) show_slice("run", true);
}

void Hart::book(const Interval& when) {
  if (core_.profiling != nullptr) core_.profiling->before_booking(core_);
  const auto taken = [this]<std::size_t... kinds>(std::index_sequence<kinds...>) {
    return std::array{OperationCount{operations_[kinds], std::exchange(core_.counts[kinds], 0)}...};
  };
  std::uint64_t rare = 0;  // few slices have more than the classes of the core's lanes
  for (std::size_t kind = cpu::lane_classes; kind < instruction_classes; ++kind) rare |= core_.counts[kind];
  if (rare == 0) [[likely]] {
    account_.book(block_, taken(std::make_index_sequence<cpu::lane_classes>()), when, account_.layer());
  } else {
    account_.book(block_, taken(std::make_index_sequence<instruction_classes>()), when, account_.layer());
  }
  for (const auto& region : core_.memory.regions()) {
    const std::uint64_t reads = region->reads + region->fetches;
    if (region->meter != nullptr && (reads | region->writes) != 0) {
      region->meter->book_direct_accesses(reads, region->writes, when, account_.layer());
    }
    region->reads = region->writes = region->fetches = 0;
    region->seen_reads = region->seen_writes = 0;
  }
  if (core_.profiling != nullptr) core_.profiling->after_booking(core_);
}

void Hart::show_slice(std::string_view name, bool busy) {
  const Interval when{slice_begin_, sc_core::sc_time_stamp()};
  slice_begin_ = when.end;
  if (when.begin == when.end) return;
  if (busy) {
    account_.book_busy(block_, Track::commands, name, account_.layer(), when);
  } else {
    account_.show_idle(block_, Track::commands, name, account_.layer(), when);
  }
}

void Hart::settle() {
  // Not core_.asleep: the core, ahead of time, may have met the instruction that it has yet to sleep at.
  const bool runs = account_.feed().worker(block_).activity != Activity::idle;
  show_slice(runs ? "run" : "sleep", runs);
  if (asleep_since_) {  // and sleeps on, should the simulation go on
    core_.slept_cycles += take_sleep();
    begin_sleep();
  }
}

void Hart::read_lines() {
  using cpu::CsrFile;
  using cpu::Interrupt;
  core_.csr.set_lines(CsrFile::line(Interrupt::machine_timer, timer_interrupt.read()) |
                      CsrFile::line(Interrupt::machine_software, software_interrupt.read()) |
                      CsrFile::line(Interrupt::machine_external, external_interrupt.read()) |
                      CsrFile::line(Interrupt::supervisor_external, supervisor_external_interrupt.read()));
}

void Hart::sleep() {
  synchronise();
  if (!core_.csr.interrupt_pending()) {
    show_slice("run", true);
    account_.set_activity(block_, Activity::idle);
    begin_sleep();
    while (core_.asleep && !core_.csr.interrupt_pending() && domain_.ready()) {
      doze(timer_interrupt.value_changed_event() | software_interrupt.value_changed_event() |
           external_interrupt.value_changed_event() | supervisor_external_interrupt.value_changed_event() |
           domain_event_);
      read_lines();
    }
    show_slice("sleep", false);
    account_.set_activity(block_, Activity::compute);
    core_.slept_cycles += take_sleep();
    horizon_known_ = false;
  }
  if (core_.csr.interrupt_pending()) core_.asleep = false;
}

void Hart::begin_sleep() {
  asleep_since_ = sc_core::sc_time_stamp();
  if (core_.profiling != nullptr) core_.profiling->on_sleep(core_);
}

std::uint64_t Hart::take_sleep() {
  const sc_core::sc_time begin = std::exchange(asleep_since_, std::nullopt).value();
  const std::uint64_t cycles = domain_.cycles_in(sc_core::sc_time_stamp() - begin);
  if (core_.profiling != nullptr) core_.profiling->on_wake(core_, cycles);
  return cycles;
}

void Hart::suspend() {
  synchronise();
  settle();
  if (core_.profiling != nullptr) core_.profiling->on_sleep(core_);
  account_.set_activity(block_, Activity::idle);
  while (!domain_.ready()) {
    if (domain_.powered() && domain_.clocked()) {
      doze(domain_.cycles(1), domain_event_);  // waking up
    } else {
      doze(domain_event_);
    }
  }
  if (core_.profiling != nullptr) core_.profiling->on_wake(core_, 0);
  if (power_lost_) {
    core_.reset();
    power_lost_ = false;
  }
  slice_begin_ = sc_core::sc_time_stamp();
  account_.set_activity(block_, Activity::compute);
  horizon_known_ = false;
  read_lines();
}

void Hart::domain_changed() {
  domain_is_ready_ = false;
  if (!domain_.powered()) power_lost_ = true;
  for (const auto& region : core_.memory.regions()) update_stalls(*region);
  core_.memory.forget_pages();
  domain_event_.notify(sc_core::SC_ZERO_TIME);
}

void Hart::update_stalls(cpu::DirectRegion& region) const {
  region.read_stall = static_cast<std::uint32_t>(domain_.cycles_in(region.read_latency));
  region.write_stall = static_cast<std::uint32_t>(domain_.cycles_in(region.write_latency));
}

bool Hart::access(cpu::Direction direction, std::uint64_t address, std::uint8_t* data, std::uint32_t bytes) {
  synchronise();
  const bool answered = transport(direction, address, data, bytes);
  // What the access set off, such as an interrupt line, settles before the next instruction.
  for (int deltas = 0; deltas < 4 && sc_core::sc_pending_activity_at_current_time(); ++deltas) {
    wait(sc_core::SC_ZERO_TIME);
  }
  read_lines();
  horizon_known_ = false;
  core_.stop_soon();
  return answered;
}

bool Hart::transport(cpu::Direction direction, std::uint64_t address, std::uint8_t* data,
                     std::uint32_t bytes) {
  tlm::tlm_generic_payload payload;
  payload.set_command(direction == cpu::Direction::read ? tlm::TLM_READ_COMMAND : tlm::TLM_WRITE_COMMAND);
  payload.set_address(address);
  payload.set_data_ptr(data);
  payload.set_data_length(bytes);
  payload.set_streaming_width(bytes);
  payload.set_byte_enable_ptr(nullptr);
  payload.set_dmi_allowed(false);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  bus->b_transport(payload, delay);
  if (payload.is_dmi_allowed()) refused_.fill(cpu::DirectPage::no_page);
  core_.stall(static_cast<std::int64_t>(domain_.cycles_in(delay)));
  return payload.is_response_ok();
}

cpu::DirectRegion* Hart::request_direct(std::uint64_t address, cpu::Direction direction) {
  const std::uint64_t page = cpu::page_of(address);
  std::uint64_t& refused = refused_[page % refused_.size()];
  if (refused == page) return nullptr;
  tlm::tlm_generic_payload payload;
  DirectMemoryMeterRequest request;
  payload.set_command(direction == cpu::Direction::read ? tlm::TLM_READ_COMMAND : tlm::TLM_WRITE_COMMAND);
  payload.set_address(address);
  const ScopedExtension attach(payload, request);
  tlm::tlm_dmi grant;
  const bool granted = bus->get_direct_mem_ptr(payload, grant);
  const bool is_read = direction == cpu::Direction::read;
  if (!granted || !(is_read ? grant.is_read_allowed() : grant.is_write_allowed()) ||
      address < grant.get_start_address() || address > grant.get_end_address()) {
    refused = page;
    return nullptr;
  }
  cpu::DirectRegion region{.first = grant.get_start_address(),
                           .last = grant.get_end_address(),
                           .host = grant.get_dmi_ptr(),
                           .readable = grant.is_read_allowed(),
                           .writable = grant.is_write_allowed(),
                           .read_latency = grant.get_read_latency(),
                           .write_latency = grant.get_write_latency(),
                           .meter = request.meter};
  update_stalls(region);
  return &core_.memory.add(region);
}

void Hart::invalidate_direct(sc_dt::uint64 first, sc_dt::uint64 last) {
  // What was done by the regions that now go is booked as long as they are known.
  core_.drain();
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  book({now, now + domain_.cycles(static_cast<std::uint64_t>(unsynchronised()))});
  core_.invalidate_direct(first, last);
  refused_.fill(cpu::DirectPage::no_page);
}

void Hart::invalidate_code(std::uint64_t begin, std::uint64_t end) {
  if (begin < end) core_.memory_written(begin, end - 1);
}

void Hart::set_pc(std::uint64_t pc) {
  core_.pc = pc & ~std::uint64_t{1};
  core_.unresolved = nullptr;
}

std::uint64_t Hart::read_register(std::uint32_t number) const {
  if (number > 31) throw std::invalid_argument("hart: no register x" + std::to_string(number));
  return core_.x[number];
}

void Hart::write_register(std::uint32_t number, std::uint64_t value) {
  if (number > 31) throw std::invalid_argument("hart: no register x" + std::to_string(number));
  if (number != 0) core_.x[number] = value;
}

std::optional<std::uint64_t> Hart::read_csr(std::uint32_t number) {
  return core_.read_csr(number, core_.progress());
}

bool Hart::write_csr(std::uint32_t number, std::uint64_t value) {
  const bool read_only = number >> 10 == 3;
  return !read_only && core_.write_csr(number, value, core_.progress());
}

std::optional<std::uint64_t> Hart::timer(std::uint64_t cycles) {
  if (!time_source_) return std::nullopt;
  return time_source_(time_at(cycles));
}

}  // namespace kasane
