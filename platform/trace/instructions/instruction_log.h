/// instructions.log: executed instructions as text, one a line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "platform/cpu/csr/privilege.h"
#include "platform/cpu/decode/operands.h"
#include "platform/trace/output_file.h"

namespace kasane {

/// Where code is: empty for what no symbol covers.
struct CodePlace {
  std::string_view function;
  std::uint64_t offset = 0;
};

struct RegisterWrite {
  cpu::RegisterFile file = cpu::RegisterFile::none;  ///< none: no register is written
  std::uint8_t number = 0;
  std::uint64_t value = 0;
};

struct CsrWrite {
  std::uint32_t number = 0;
  std::uint64_t value = 0;  ///< as it reads afterwards
};

/// By virtual address.
struct MemoryEffect {
  std::uint64_t address = 0;
  std::uint8_t bytes = 0;  ///< 0: no access
  bool reads = false;
  bool writes = false;
  std::uint64_t read = 0;     ///< value, zero-extended
  std::uint64_t written = 0;  ///< value, zero-extended
};

/// An instruction that was executed, or that trapped; then it has neither written nor accessed anything.
struct InstructionRecord {
  std::uint64_t time = 0;  ///< picoseconds at which it begins
  Privilege mode = Privilege::machine;
  std::uint64_t pc = 0;
  std::uint32_t bits = 0;
  std::uint8_t length = 4;
  RegisterWrite result;
  std::optional<CsrWrite> csr;
  MemoryEffect memory;
};

struct TrapRecord {
  std::uint64_t time = 0;  ///< picoseconds
  Privilege from = Privilege::machine;
  Privilege to = Privilege::machine;
  std::uint64_t cause = 0;  ///< as in mcause: the highest bit marks an interrupt
  std::uint64_t value = 0;  ///< as in mtval
  std::uint64_t pc = 0;     ///< as in mepc
  std::uint64_t handler = 0;
};

class InstructionLog {
 public:
  using NameCode = std::function<CodePlace(std::uint64_t address)>;

  /// `selection` is said in the first line. Throws OutputError, as the others do.
  InstructionLog(const std::filesystem::path& path, const std::string& selection, NameCode name_code);

  void write(const InstructionRecord& record);
  void write(const TrapRecord& record);
  void flush_if_due() { file_.flush_if_due(); }
  void finish();
  std::uint64_t lines() const { return lines_; }  ///< below the heading

 private:
  /// What a line says of the instruction itself.
  struct Text {
    std::uint32_t bits = 0;
    std::string text;
  };
  const std::string& text_of(const InstructionRecord& record);
  void append_place(std::string& line, std::uint64_t address) const;
  void begin_line(std::uint64_t time, Privilege mode);

  OutputFile file_;
  NameCode name_code_;
  std::unordered_map<std::uint64_t, Text> texts_;
  std::string line_;
  std::uint64_t lines_ = 0;
};

/// What raised a trap, "illegal instruction" or "machine timer interrupt".
std::string trap_name(std::uint64_t cause);

}  // namespace kasane
