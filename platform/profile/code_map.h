/// Names a program's code: functions by ELF's symbols, inlined calls by DWARF.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kasane::profile {

using NameId = std::uint32_t;

/// Texts by number.
class NameTable {
 public:
  NameId add(std::string_view text);
  const std::string& operator[](NameId name) const { return texts_.at(name); }

 private:
  std::vector<std::string> texts_;
  std::map<std::string, NameId, std::less<>> index_;
};

using FunctionId = std::uint32_t;

/// A call that the compiler inlined: where its code is, the frame next to the function comes first.
using InlineId = std::uint32_t;
inline constexpr InlineId not_inlined = 0;

struct InlinedCall {
  InlineId caller = not_inlined;  ///< inlined itself, or the function
  NameId name = 0;
};

/// Half-open addresses.
struct CodeRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// Values by ranges of addresses; a later range covers what it overlaps of earlier ones.
class RangeMap {
 public:
  struct Found {
    CodeRange range;  ///< that has this value
    std::uint32_t value = 0;
  };
  explicit RangeMap(std::uint32_t elsewhere) : starts_{{0, elsewhere}} {}
  void paint(CodeRange range, std::uint32_t value);
  Found find(std::uint64_t address) const;

 private:
  std::map<std::uint64_t, std::uint32_t> starts_;
};

class CodeMap {
 public:
  CodeMap();

  /// Adds what an executable says of its code. Throws std::runtime_error with one line naming the file where
  /// it cannot be read; a program without symbols or DWARF adds nothing.
  void add_program(const std::filesystem::path& elf);
  /// Names code that no symbol covers by the place it lies in. Call before programs are added.
  void add_place(std::string_view name, CodeRange range);

  struct Function {
    FunctionId id = 0;
    CodeRange range;  ///< around the address, without gap
  };
  Function function_at(std::uint64_t address) const;
  NameId name_of(FunctionId function) const { return functions_[function]; }

  /// The innermost inlined call that the instruction at `address` belongs to.
  InlineId inlined_at(std::uint64_t address) const { return inlined_.find(address).value; }
  const InlinedCall& inlined(InlineId id) const { return inlined_calls_.at(id); }

  NameTable& names() { return names_; }
  const NameTable& names() const { return names_; }

  /// Where each function of this name is, parts that were merged into it left out.
  std::vector<CodeRange> functions_named(std::string_view name) const;

  // For readers of files.
  FunctionId add_function(std::string_view name, CodeRange range);
  InlineId add_inlined(InlineId caller, std::string_view name);
  void paint_inlined(CodeRange range, InlineId id) { inlined_.paint(range, id); }
  /// Code apart from the function it belongs to, such as its cold part.
  void merge_function(CodeRange part, std::uint64_t into);

 private:
  NameTable names_;
  std::vector<NameId> functions_;  ///< the first is code that nothing is known of
  std::vector<CodeRange> bodies_;  ///< of the functions, as they were added
  RangeMap function_ranges_;
  std::vector<InlinedCall> inlined_calls_;  ///< the first means "none"
  RangeMap inlined_;
};

/// Adds the functions that the ELF's symbol table names.
void read_symbols(const std::filesystem::path& elf, CodeMap& map);
/// Adds the inlined calls that its DWARF names.
void read_inlined_calls(const std::filesystem::path& elf, CodeMap& map);

}  // namespace kasane::profile
