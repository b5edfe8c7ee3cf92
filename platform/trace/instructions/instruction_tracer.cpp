#include "platform/trace/instructions/instruction_tracer.h"

#include <array>
#include <cstring>
#include <utility>

#include "platform/cpu/decode/decoder.h"

namespace kasane {
namespace {

using cpu::Opcode;
using cpu::RegisterFile;

constexpr std::uint32_t ra = 1;
constexpr std::uint32_t sp = 2;
constexpr std::uint32_t alternate_link = 5;
constexpr std::uint64_t interrupt_bit = std::uint64_t{1} << 63;

// Operations of opcode `atomic`, bits 27 to 31.
constexpr std::uint32_t load_reserved = 2;
constexpr std::uint32_t store_conditional = 3;

std::uint64_t low_bytes(std::uint64_t value, std::uint32_t bytes) {
  return bytes >= 8 ? value : value & ((std::uint64_t{1} << 8 * bytes) - 1);
}

std::uint8_t access_bytes(const cpu::Instruction& row) {
  return static_cast<std::uint8_t>(1u << (row.match >> 12 & 3));
}

bool links(const cpu::Op& op) {
  return op.kind == InstructionClass::jump && (op.rd == ra || op.rd == alternate_link);
}

/// Whether an exception is the instruction's own, and not that there is none to fetch.
bool is_of_instruction(std::uint64_t cause) {
  return (cause & interrupt_bit) == 0 && cause != cpu::cause::fetch_access && cause != cpu::cause::fetch_page;
}

/// Counts on by itself, so that what was written is soon gone.
bool is_counter(std::uint32_t number) {
  return number >> 8 == 0xB;
}

/// What an atomic access has left in memory; it was translated a moment ago.
std::uint64_t read_again(cpu::Core& core, std::uint64_t address, std::uint32_t bytes) {
  const cpu::Translation place = core.space.translate(address, cpu::Access::store);
  const cpu::DirectRegion* region = core.memory.find(place.physical, bytes, cpu::Direction::write);
  std::uint64_t value = 0;
  if (region != nullptr) std::memcpy(&value, region->at(place.physical), bytes);
  return value;
}

}  // namespace

InstructionTracer::InstructionTracer(const InstructionSelection& selection, std::optional<CodeRange> function,
                                     Clock clock, InstructionLog& log)
    : selection_(selection), clock_(std::move(clock)), log_(log) {
  if (function) calls_.emplace(*function, selection.call);
}

void InstructionTracer::trace(cpu::Core& core, const cpu::Op& op, std::uint32_t bits, std::uint64_t cycles) {
  if (over_) return;
  complete(core);
  mode_ = core.mode;
  if (calls_) {
    calls_->step(op.pc, core.x[ra], core.x[sp], links(op));
    over_ = calls_->done();
    if (!calls_->inside()) return;
  }
  const std::uint64_t time = clock_(cycles);
  over_ = time >= selection_.end;
  if (selection_.in_window(time)) begin(core, op, bits, time);
}

void InstructionTracer::begin(const cpu::Core& core, const cpu::Op& op, std::uint32_t bits,
                              std::uint64_t time) {
  pending_ = true;
  row_ = cpu::find_instruction(op.length == 2 ? cpu::expand(static_cast<std::uint16_t>(bits)) : bits);
  destination_ = op.rd;
  float_flags_ = core.csr.float_state.flags;
  record_ = {.time = time,
             .mode = core.mode,
             .pc = op.pc,
             .bits = bits,
             .length = op.length,
             .result = {},
             .csr = {},
             .memory = {}};
  if (row_ != nullptr) note_memory(core, op);
}

void InstructionTracer::note_memory(const cpu::Core& core, const cpu::Op& op) {
  const Opcode opcode = cpu::opcode_of(*row_);
  const bool is_load = opcode == Opcode::load || opcode == Opcode::load_float;
  const bool is_store = opcode == Opcode::store || opcode == Opcode::store_float;
  const bool is_atomic = opcode == Opcode::atomic;
  if (!is_load && !is_store && !is_atomic) return;
  MemoryEffect& memory = record_.memory;
  memory.bytes = access_bytes(*row_);
  const std::uint64_t offset = is_atomic ? 0 : static_cast<std::uint64_t>(op.immediate);
  memory.address = core.x[op.rs1] + offset;
  const std::uint32_t operation = row_->match >> 27;
  memory.reads = is_load || (is_atomic && operation != store_conditional);
  memory.writes = is_store || (is_atomic && operation != load_reserved);
  const std::uint64_t source = opcode == Opcode::store_float ? core.f[op.rs2] : core.x[op.rs2];
  memory.written = low_bytes(source, memory.bytes);
}

void InstructionTracer::complete(cpu::Core& core) {
  if (!pending_) return;
  pending_ = false;
  if (row_ != nullptr) {
    note_results(core);
    note_csr(core);
  }
  log_.write(record_);
}

void InstructionTracer::note_results(cpu::Core& core) {
  const RegisterFile file = cpu::operand_files(*row_).rd;
  if (file == RegisterFile::none) return;
  const std::uint64_t value = file == RegisterFile::floating ? core.f[destination_] : core.x[destination_];
  if (destination_ != cpu::sink) record_.result = {file, destination_, value};
  MemoryEffect& memory = record_.memory;
  if (memory.reads) memory.read = low_bytes(value, memory.bytes);
  if (cpu::opcode_of(*row_) != Opcode::atomic || !memory.writes) return;
  if (!memory.reads) {  // SC
    memory.writes = value == 0;
    if (!memory.writes) memory.bytes = 0;
    return;
  }
  memory.written = read_again(core, memory.address, memory.bytes);
}

void InstructionTracer::note_csr(cpu::Core& core) {
  const std::uint8_t flags = core.csr.float_state.flags;
  if (flags != float_flags_) record_.csr = {cpu::csr::fflags, flags};
  // Set and clear only read where the source is x0 or 0.
  const bool writes = (row_->match & 0x3000) == 0x1000 || (record_.bits >> 15 & 31) != 0;
  const std::uint32_t number = record_.bits >> 20;
  if (row_->format != cpu::Format::csr || !writes || is_counter(number)) return;
  if (const auto value = core.read_csr(number, core.progress())) record_.csr = {number, *value};
}

void InstructionTracer::before_trap(cpu::Core& core, std::uint64_t cause, std::uint64_t pc) {
  if (pending_ && record_.pc == pc && is_of_instruction(cause)) {
    pending_ = false;
    record_.memory = {};
    log_.write(record_);
  }
  complete(core);
}

void InstructionTracer::on_trap(cpu::Core& core, std::uint64_t cause, std::uint64_t value, std::uint64_t pc) {
  const std::uint64_t time = clock_(core.progress().cycles - core.config.cycles.trap);
  if (is_selected(time)) {
    log_.write(TrapRecord{.time = time,
                          .from = mode_,
                          .to = core.mode,
                          .cause = cause,
                          .value = value,
                          .pc = pc,
                          .handler = core.pc});
  }
  mode_ = core.mode;
  if (calls_) calls_->enter_trap();
}

void InstructionTracer::on_trap_return(cpu::Core& core, std::uint64_t) {
  mode_ = core.mode;
  if (calls_) calls_->leave_trap();
}

}  // namespace kasane
