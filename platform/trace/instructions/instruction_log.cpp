#include "platform/trace/instructions/instruction_log.h"

#include <array>
#include <utility>

#include "platform/cpu/csr/csr_names.h"
#include "platform/cpu/decode/disassembler.h"

namespace kasane {
namespace {

/// Texts of instructions kept for their next execution; beyond it they are made anew.
constexpr std::size_t most_texts = 1 << 16;

// Where columns begin; what is longer pushes the rest of its line aside.
constexpr std::size_t mode_column = 17;  // time ends before it
constexpr std::size_t pc_column = mode_column + 2;
constexpr std::uint32_t address_digits = 8;
constexpr std::size_t place_column = pc_column + address_digits + 1;
constexpr std::size_t bits_column = place_column + 29;
constexpr std::size_t instruction_column = bits_column + 9;
constexpr std::size_t effects_column = instruction_column + 34;
constexpr std::size_t mnemonic_width = 9;

constexpr std::uint64_t interrupt_bit = std::uint64_t{1} << 63;

void append_hexadecimal(std::string& text, std::uint64_t value, std::uint32_t least_digits) {
  std::array<char, 16> digits{};
  std::uint32_t count = 0;
  for (; count < digits.size() && (value != 0 || count < least_digits); value >>= 4)
    digits[count++] = "0123456789abcdef"[value & 15];
  while (count > 0) text += digits[--count];
}

void append_address(std::string& text, std::uint64_t address) {
  append_hexadecimal(text, address, address_digits);
}

void pad(std::string& text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
}

/// Picoseconds as nanoseconds with three digits behind the point.
void append_nanoseconds(std::string& text, std::uint64_t picoseconds) {
  const std::string whole = std::to_string(picoseconds / 1000);
  const std::string part = std::to_string(1000 + picoseconds % 1000);
  constexpr std::size_t width = mode_column - 1 - 4;
  if (whole.size() < width) text.append(width - whole.size(), ' ');
  text += whole;
  text += '.';
  text.append(part, 1);
}

char letter(Privilege mode) {
  return mode == Privilege::machine ? 'M' : mode == Privilege::supervisor ? 'S' : 'U';
}

void append_result(std::string& line, const RegisterWrite& result) {
  if (result.file == cpu::RegisterFile::none) return;
  line += ' ';
  line += cpu::register_name(result.file, result.number);
  line += '=';
  append_hexadecimal(line, result.value, 16);
}

void append_csr(std::string& line, const std::optional<CsrWrite>& csr) {
  if (!csr) return;
  line += ' ';
  line += cpu::csr_name(csr->number);
  line += '=';
  append_hexadecimal(line, csr->value, 16);
}

void append_memory(std::string& line, const MemoryEffect& memory) {
  if (memory.bytes == 0) return;
  line += " mem[";
  append_address(line, memory.address);
  line += ']';
  if (memory.reads) {
    line += "->";
    append_hexadecimal(line, memory.read, 2u * memory.bytes);
  }
  if (memory.writes) {
    line += "<-";
    append_hexadecimal(line, memory.written, 2u * memory.bytes);
  }
}

}  // namespace

std::string trap_name(std::uint64_t cause) {
  constexpr std::array<const char*, 16> exceptions = {"instruction address misaligned",
                                                      "instruction access fault",
                                                      "illegal instruction",
                                                      "breakpoint",
                                                      "load address misaligned",
                                                      "load access fault",
                                                      "store address misaligned",
                                                      "store access fault",
                                                      "call from user mode",
                                                      "call from supervisor mode",
                                                      "",
                                                      "call from machine mode",
                                                      "instruction page fault",
                                                      "load page fault",
                                                      "",
                                                      "store page fault"};
  constexpr std::array<const char*, 12> interrupts = {
      "", "supervisor software interrupt", "", "machine software interrupt",
      "", "supervisor timer interrupt",    "", "machine timer interrupt",
      "", "supervisor external interrupt", "", "machine external interrupt"};
  const std::uint64_t number = cause & ~interrupt_bit;
  const bool is_interrupt = (cause & interrupt_bit) != 0;
  std::string name;
  if (is_interrupt && number < interrupts.size()) name = interrupts[number];
  if (!is_interrupt && number < exceptions.size()) name = exceptions[number];
  if (!name.empty()) return name;
  return (is_interrupt ? "interrupt " : "exception ") + std::to_string(number);
}

InstructionLog::InstructionLog(const std::filesystem::path& path, const std::string& selection,
                               NameCode name_code)
    : file_(path), name_code_(std::move(name_code)) {
  file_.write("# instructions: " + selection + '\n');
  line_ = "#";
  for (const auto& [column, heading] :
       {std::pair{mode_column - 8, "time_ns m"}, std::pair{place_column - 3, "pc function+offset"},
        std::pair{bits_column, "bits"}, std::pair{instruction_column, "instruction"},
        std::pair{effects_column, "effects\n"}}) {
    pad(line_, column);
    line_ += heading;
  }
  file_.write(line_);
}

void InstructionLog::begin_line(std::uint64_t time, Privilege mode) {
  ++lines_;
  line_.clear();
  append_nanoseconds(line_, time);
  line_ += ' ';
  line_ += letter(mode);
  line_ += ' ';
}

void InstructionLog::append_place(std::string& line, std::uint64_t address) const {
  const CodePlace place = name_code_(address);
  if (place.function.empty()) {
    line += '-';
    return;
  }
  line += place.function;
  if (place.offset == 0) return;
  line += "+0x";
  append_hexadecimal(line, place.offset, 1);
}

const std::string& InstructionLog::text_of(const InstructionRecord& record) {
  if (texts_.size() >= most_texts) texts_.clear();
  Text& known = texts_[record.pc];
  if (!known.text.empty() && known.bits == record.bits) return known.text;
  const cpu::Disassembly instruction = cpu::disassemble(record.bits, record.length, record.pc);
  known.bits = record.bits;
  std::string& text = known.text;
  text.clear();
  append_address(text, record.pc);
  text += ' ';
  append_place(text, record.pc);
  text += ' ';
  pad(text, bits_column - pc_column);
  append_hexadecimal(text, record.bits, 2u * record.length);
  text += ' ';
  pad(text, instruction_column - pc_column);
  const std::size_t begin = text.size();
  text += instruction.mnemonic;
  if (!instruction.operands.empty()) {
    pad(text, begin + mnemonic_width);
    text += ' ';
    text += instruction.operands;
  }
  if (instruction.target && !name_code_(*instruction.target).function.empty()) {
    text += " <";
    append_place(text, *instruction.target);
    text += '>';
  }
  return text;
}

void InstructionLog::write(const InstructionRecord& record) {
  begin_line(record.time, record.mode);
  const std::string& text = text_of(record);
  line_ += text;
  if (record.result.file != cpu::RegisterFile::none || record.csr || record.memory.bytes != 0) {
    pad(line_, effects_column - 1);
    append_result(line_, record.result);
    append_csr(line_, record.csr);
    append_memory(line_, record.memory);
  }
  line_ += '\n';
  file_.write(line_);
}

void InstructionLog::write(const TrapRecord& record) {
  begin_line(record.time, record.from);
  line_ += "-- " + trap_name(record.cause);
  if ((record.cause & interrupt_bit) == 0) {
    line_ += ", value ";
    append_hexadecimal(line_, record.value, 1);
  }
  line_ += ", at ";
  append_address(line_, record.pc);
  line_ += ' ';
  append_place(line_, record.pc);
  line_ += ", to ";
  line_ += letter(record.to);
  line_ += ' ';
  append_address(line_, record.handler);
  line_ += ' ';
  append_place(line_, record.handler);
  line_ += '\n';
  file_.write(line_);
}

void InstructionLog::finish() {
  file_.close();
}

}  // namespace kasane
