/// Functions by ELF's symbol table.
#include <algorithm>
#include <cstdlib>
#include <cxxabi.h>
#include <memory>
#include <stdexcept>
#include <tuple>

#include "platform/profile/code_map.h"
#include "platform/profile/elf_file.h"

namespace kasane::profile {
namespace {

struct Symbol {
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;
  std::uint64_t section_end = 0;
  bool is_function = false;  ///< or a label of assembly, which has no size
  bool is_global = false;
  std::string name;
};

std::string demangled(const std::string& name) {
  if (!name.starts_with("_Z")) return name;
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), &std::free);
  return text ? std::string(text.get()) : name;
}

/// Labels that assemblers and linkers make up.
bool is_internal(const std::string& name) {
  return name.empty() || name.starts_with(".L") || name.starts_with('$');
}

std::vector<Symbol> symbols_of(Elf* elf, Elf_Scn* table, const GElf_Shdr& header) {
  std::vector<Symbol> symbols;
  Elf_Data* data = elf_getdata(table, nullptr);
  const std::size_t count = header.sh_entsize == 0 ? 0 : header.sh_size / header.sh_entsize;
  for (std::size_t index = 0; data != nullptr && index < count; ++index) {
    GElf_Sym entry;
    if (gelf_getsym(data, static_cast<int>(index), &entry) == nullptr) continue;
    const unsigned char type = GELF_ST_TYPE(entry.st_info);
    GElf_Shdr section;
    if (type != STT_FUNC && type != STT_NOTYPE) continue;
    if (gelf_getshdr(elf_getscn(elf, entry.st_shndx), &section) == nullptr) continue;
    if ((section.sh_flags & SHF_EXECINSTR) == 0) continue;
    const char* name = elf_strptr(elf, header.sh_link, entry.st_name);
    Symbol symbol{.address = entry.st_value,
                  .bytes = type == STT_FUNC ? entry.st_size : 0,
                  .section_end = section.sh_addr + section.sh_size,
                  .is_function = type == STT_FUNC,
                  .is_global = GELF_ST_BIND(entry.st_info) == STB_GLOBAL,
                  .name = name == nullptr ? "" : name};
    if (!is_internal(symbol.name) && symbol.address < symbol.section_end) {
      symbols.push_back(std::move(symbol));
    }
  }
  return symbols;
}

/// By address; of several at one address the one that says most comes first.
bool comes_before(const Symbol& a, const Symbol& b) {
  return std::tuple(a.address, !a.is_function, a.bytes == 0, !a.is_global, a.name) <
         std::tuple(b.address, !b.is_function, b.bytes == 0, !b.is_global, b.name);
}

}  // namespace

void read_symbols(const std::filesystem::path& path, CodeMap& map) {
  const ElfFile file(path);
  std::vector<Symbol> symbols;
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(file.elf(), section)) != nullptr;) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_SYMTAB) continue;
    symbols = symbols_of(file.elf(), section, header);
  }
  std::sort(symbols.begin(), symbols.end(), comes_before);
  std::uint64_t covered = 0;  // labels within a function of known size are no functions
  for (std::size_t index = 0; index < symbols.size(); ++index) {
    const Symbol& symbol = symbols[index];
    if (symbol.address < covered) continue;
    std::size_t next = index + 1;
    while (next < symbols.size() && symbols[next].address == symbol.address) ++next;
    const std::uint64_t limit =
        next < symbols.size() ? std::min(symbols[next].address, symbol.section_end) : symbol.section_end;
    const std::uint64_t end = symbol.bytes > 0 ? symbol.address + symbol.bytes : limit;
    map.add_function(demangled(symbol.name), {symbol.address, end});
    if (symbol.bytes > 0) covered = end;
    index = next - 1;
  }
}

}  // namespace kasane::profile
