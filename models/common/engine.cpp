#include "models/common/engine.h"

namespace kasane {

Engine::Engine(sc_core::sc_module_name name, EngineIdentity identity, BlockId block, PowerDomain& domain,
               EnergyAccount& account)
    : sc_module(name),
      domain_(domain),
      account_(account),
      block_(block),
      busy_level_(account.feed().add_level(block, "busy", LevelKind::wire)),
      interrupt_level_(account.feed().add_level(block, "interrupt", LevelKind::wire)),
      queue_level_(account.feed().add_level(block, "queue depth", LevelKind::count)),
      jobs_(account, block) {
  account.feed().add_worker(block, Worker::engine);
  add_registers(identity);
  registers.register_b_transport(this, &Engine::transport);
  registers.register_transport_dbg(this, &Engine::debug);
  SC_HAS_PROCESS(Engine);
  SC_THREAD(run);
  SC_METHOD(drive_lines);
  sensitive << lines_changed_;
  dont_initialize();
  domain_.on_change([this] { domain_changed(); });
}

void Engine::add_registers(EngineIdentity identity) {
  bank_.add({"ID", KASANE_ENGINE_ID, Access::read_only, "which engine", identity.id});
  bank_.add({"VERSION", KASANE_ENGINE_VERSION, Access::read_only, "major << 16 | minor", identity.version});
  bank_.add({.name = "CONTROL",
             .offset = KASANE_ENGINE_CONTROL,
             .description = "bit 0 interrupt enable, bit 1 reset",
             .on_write = [this](std::uint32_t value) { write_control(value); }});
  bank_.add({.name = "STATUS",
             .offset = KASANE_ENGINE_STATUS,
             .access = Access::read_only,
             .description = "bit 0 busy, bit 1 done, bit 2 error",
             .on_read = [this]() -> std::uint32_t {
               std::uint32_t status = 0;
               if (busy_) status |= KASANE_STATUS_BUSY;
               if (done_) status |= KASANE_STATUS_DONE;
               if (error_ != KASANE_ERROR_NONE) status |= KASANE_STATUS_ERROR;
               return status;
             }});
  bank_.add({.name = "ERROR",
             .offset = KASANE_ENGINE_ERROR,
             .access = Access::read_only,
             .description = "error code of the last list",
             .on_read = [this] { return error_; }});
  bank_.add({.name = "INTERRUPT",
             .offset = KASANE_ENGINE_INTERRUPT,
             .access = Access::write_one_to_clear,
             .description = "bit 0 done, bit 1 error",
             .on_write = [this](std::uint32_t) { update_lines(); }});
  bank_.add(
      {"COMMAND_LOW", KASANE_ENGINE_COMMAND_LOW, Access::read_write, "command list address, bits 31:0"});
  bank_.add(
      {"COMMAND_HIGH", KASANE_ENGINE_COMMAND_HIGH, Access::read_write, "command list address, bits 63:32"});
  bank_.add({"COMMAND_COUNT", KASANE_ENGINE_COMMAND_COUNT, Access::read_write, "records in the list"});
  bank_.add({.name = "DOORBELL",
             .offset = KASANE_ENGINE_DOORBELL,
             .access = Access::write_only,
             .description = "any write starts the list",
             .on_write = [this](std::uint32_t) { ring(); }});
  bank_.add({.name = "CYCLES_LOW",
             .offset = KASANE_ENGINE_CYCLES_LOW,
             .access = Access::read_only,
             .description = "busy cycles since reset, bits 31:0",
             .on_read = [this] { return static_cast<std::uint32_t>(busy_cycles_); }});
  bank_.add({.name = "CYCLES_HIGH",
             .offset = KASANE_ENGINE_CYCLES_HIGH,
             .access = Access::read_only,
             .description = "busy cycles since reset, bits 63:32",
             .on_read = [this] { return static_cast<std::uint32_t>(busy_cycles_ >> 32); }});
  bank_.add({.name = "COMMANDS_DONE",
             .offset = KASANE_ENGINE_COMMANDS_DONE,
             .access = Access::read_only,
             .description = "complete commands of the present list",
             .on_read = [this] { return commands_done_; }});
}

void Engine::transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  if (delay != sc_core::SC_ZERO_TIME) {  // registers act at the time of the access, not before
    wait(delay);
    delay = sc_core::SC_ZERO_TIME;
  }
  if (!domain_.awake()) {
    payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
    return;
  }
  if (!busy_) jobs_.on_access(payload);
  bank_.transport(payload);
}

void Engine::show_queue(std::uint32_t depth) {
  account_.feed().set_level(queue_level_, depth);
}

void Engine::write_control(std::uint32_t value) {
  bank_.at(KASANE_ENGINE_CONTROL).value = value & KASANE_CONTROL_INTERRUPT_ENABLE;
  if ((value & KASANE_CONTROL_RESET) != 0) reset();
  update_lines();
}

void Engine::reset() {
  jobs_.on_reset();
  abandoned_ = busy_;
  done_ = false;
  error_ = KASANE_ERROR_NONE;
  commands_done_ = 0;
  busy_cycles_ = 0;
  bank_.at(KASANE_ENGINE_INTERRUPT).value = 0;
  domain_changed_.notify(sc_core::SC_ZERO_TIME);  // wait_until_ready() ends
  on_reset();
}

void Engine::domain_changed() {
  if (!domain_.powered()) {
    reset();
    for (const std::uint64_t lost : {KASANE_ENGINE_CONTROL, KASANE_ENGINE_COMMAND_LOW,
                                     KASANE_ENGINE_COMMAND_HIGH, KASANE_ENGINE_COMMAND_COUNT}) {
      bank_.at(lost).value = 0;
    }
    update_lines();
  }
  domain_changed_.notify(sc_core::SC_ZERO_TIME);
}

void Engine::wait_until_ready() {
  // Power cannot come back without the list having been abandoned, so that only the clock is waited for.
  while (!abandoned_ && !domain_.ready()) wait(domain_changed_);
}

void Engine::ring() {
  if (busy_) {
    error_ = KASANE_ERROR_BUSY;  // the list that runs goes on; software sees its own mistake
    return;
  }
  done_ = false;
  error_ = KASANE_ERROR_NONE;
  commands_done_ = 0;
  if (!domain_.ready()) {
    finish(KASANE_ERROR_CLOCK_GATED);
  } else if (bank_.at(KASANE_ENGINE_COMMAND_COUNT).value == 0) {
    finish(KASANE_ERROR_COUNT);
  } else {
    busy_ = true;
    jobs_.begin_job();
    show_queue(bank_.at(KASANE_ENGINE_COMMAND_COUNT).value);
    update_lines();
    doorbell_.notify();
  }
}

void Engine::run() {
  for (;;) {
    while (!busy_) wait(doorbell_);  // the doorbell may ring at time zero, before this process first runs
    if (!busy.read()) wait(busy.posedge_event());  // a list may end in no time, yet its rise must be seen
    run_list();
  }
}

void Engine::run_list() {
  const std::uint64_t first = bank_.at(KASANE_ENGINE_COMMAND_LOW).value |
                              static_cast<std::uint64_t>(bank_.at(KASANE_ENGINE_COMMAND_HIGH).value) << 32;
  const std::uint32_t count = bank_.at(KASANE_ENGINE_COMMAND_COUNT).value;
  std::uint32_t error = KASANE_ERROR_NONE;
  for (std::uint32_t index = 0; index < count && error == KASANE_ERROR_NONE; ++index) {
    wait_until_ready();
    if (abandoned_) break;
    CommandRecord record;
    account_.set_activity(block_, Activity::memory);
    error = fetch(first + index * std::uint64_t{KASANE_COMMAND_BYTES}, record);
    if (abandoned_) break;
    if (index == 0) jobs_.set_layer(record.header().layer);
    if (error == KASANE_ERROR_NONE) error = run_command(record);
    if (error == KASANE_ERROR_NONE && !abandoned_) ++commands_done_;
    show_queue(count - index - 1);
  }
  account_.set_activity(block_, Activity::idle);
  const sc_core::sc_time last_command = sc_core::sc_time_stamp();
  const std::uint32_t late = error_of([this] { end_list(); });
  if (!abandoned_) busy_cycles_ += domain_.cycles_in(sc_core::sc_time_stamp() - last_command);
  if (error == KASANE_ERROR_NONE) error = late;
  busy_ = false;
  show_queue(0);
  jobs_.end_job();
  if (abandoned_) {
    abandoned_ = false;
    update_lines();
  } else {
    finish(error);
  }
}

std::uint32_t Engine::fetch(std::uint64_t address, CommandRecord& record) {
  try {
    wait(bus.read(address, record.bytes, account_.layer(), sc_core::SC_ZERO_TIME));
    record.address = address;
    return KASANE_ERROR_NONE;
  } catch (const BurstError&) {
    return KASANE_ERROR_FETCH;
  }
}

std::uint32_t Engine::run_command(const CommandRecord& record) {
  const kasane_command_header header = record.header();
  if (header.reserved != 0) return KASANE_ERROR_PARAMETER;
  const sc_core::sc_time begin = sc_core::sc_time_stamp();
  account_.set_activity(block_, Activity::compute);
  const std::uint32_t error = error_of([&] { execute(record); });
  const Interval when{begin, sc_core::sc_time_stamp()};  // a command that fails half-way was busy, too
  if (!abandoned_) busy_cycles_ += domain_.cycles_in(when.length());
  if (when.begin != when.end || error == KASANE_ERROR_NONE) {
    account_.book_busy(block_, Track::commands, command_name(header.opcode), header.layer, when);
  }
  return error;
}

std::uint32_t Engine::error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const CommandError& refused) {
    return refused.code;
  } catch (const BurstError&) {
    return KASANE_ERROR_ADDRESS;
  }
  return KASANE_ERROR_NONE;
}

void Engine::finish(std::uint32_t error) {
  if (error != KASANE_ERROR_NONE) error_ = error;
  done_ = error == KASANE_ERROR_NONE;
  bank_.at(KASANE_ENGINE_INTERRUPT).value |= done_ ? KASANE_INTERRUPT_DONE : KASANE_INTERRUPT_ERROR;
  update_lines();
}

void Engine::update_lines() {
  lines_changed_.notify(sc_core::SC_ZERO_TIME);
}

void Engine::drive_lines() {
  busy.write(busy_);
  account_.feed().set_level(busy_level_, busy_);
  const bool enabled = (bank_.at(KASANE_ENGINE_CONTROL).value & KASANE_CONTROL_INTERRUPT_ENABLE) != 0;
  const bool raised = enabled && bank_.at(KASANE_ENGINE_INTERRUPT).value != 0;
  interrupt.write(raised);
  account_.feed().set_level(interrupt_level_, raised);
}

}  // namespace kasane
