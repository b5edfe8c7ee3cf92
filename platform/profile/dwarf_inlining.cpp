/// Inlined calls by DWARF.
#include <algorithm>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <memory>

#include "platform/profile/code_map.h"
#include "platform/profile/elf_file.h"

namespace kasane::profile {
namespace {

struct DwarfCloser {
  void operator()(Dwarf* dwarf) const { dwarf_end(dwarf); }
};

std::vector<CodeRange> ranges_of(Dwarf_Die& die) {
  std::vector<CodeRange> ranges;
  Dwarf_Addr base = 0;
  Dwarf_Addr begin = 0;
  Dwarf_Addr end = 0;
  for (std::ptrdiff_t at = 0; (at = dwarf_ranges(&die, at, &base, &begin, &end)) > 0;) {
    if (begin < end) ranges.push_back({begin, end});
  }
  return ranges;
}

std::vector<CodeRange> code_sections(Elf* elf) {
  std::vector<CodeRange> sections;
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf, section)) != nullptr;) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) != nullptr && (header.sh_flags & SHF_EXECINSTR) != 0) {
      sections.push_back({header.sh_addr, header.sh_addr + header.sh_size});
    }
  }
  return sections;
}

/// Its own, or that of the abstract instance it is a copy of.
const char* name_of(Dwarf_Die& die) {
  Dwarf_Attribute attribute;
  if (dwarf_attr_integrate(&die, DW_AT_name, &attribute) == nullptr) return nullptr;
  return dwarf_formstring(&attribute);
}

class Reader {
 public:
  Reader(CodeMap& map, Elf* elf) : map_(map), sections_(code_sections(elf)) {}

  /// The children of a DIE whose code belongs to `caller`.
  void visit_children(Dwarf_Die& parent, InlineId caller, int depth) {
    constexpr int deepest = 200;  // a corrupt file may nest for ever
    Dwarf_Die die;
    if (depth > deepest || dwarf_child(&parent, &die) != 0) return;
    do {
      visit(die, caller, depth);
    } while (dwarf_siblingof(&die, &die) == 0);
  }

 private:
  void visit(Dwarf_Die& die, InlineId caller, int depth) {
    switch (dwarf_tag(&die)) {
      case DW_TAG_subprogram:
        join_parts(die);
        visit_children(die, not_inlined, depth + 1);
        return;
      case DW_TAG_inlined_subroutine: {
        const char* name = name_of(die);
        const InlineId id = map_.add_inlined(caller, name == nullptr ? "(unknown)" : name);
        // A caller comes before what is inlined into it, so that the innermost call is painted last.
        for (const CodeRange& range : ranges_of(die)) {
          if (is_code(range)) map_.paint_inlined(range, id);
        }
        visit_children(die, id, depth + 1);
        return;
      }
      case DW_TAG_lexical_block:
      case DW_TAG_namespace:
      case DW_TAG_class_type:
      case DW_TAG_structure_type:
        visit_children(die, caller, depth + 1);
        return;
      default:
        return;
    }
  }

  /// A function in several pieces is one function.
  void join_parts(Dwarf_Die& function) {
    Dwarf_Addr entry = 0;
    const std::vector<CodeRange> ranges = ranges_of(function);
    if (ranges.size() < 2 || dwarf_entrypc(&function, &entry) != 0) return;
    for (const CodeRange& range : ranges) {
      const bool is_part = entry < range.begin || entry >= range.end;
      if (is_part && is_code(range) && is_code({entry, entry + 1})) map_.merge_function(range, entry);
    }
  }

  /// DWARF goes on to speak of functions that the linker has dropped.
  bool is_code(const CodeRange& range) const {
    return std::any_of(sections_.begin(), sections_.end(), [&](const CodeRange& section) {
      return range.begin >= section.begin && range.end <= section.end;
    });
  }

  CodeMap& map_;
  std::vector<CodeRange> sections_;
};

}  // namespace

void read_inlined_calls(const std::filesystem::path& path, CodeMap& map) {
  const ElfFile file(path);
  const std::unique_ptr<Dwarf, DwarfCloser> dwarf(dwarf_begin_elf(file.elf(), DWARF_C_READ, nullptr));
  if (!dwarf) return;
  Reader reader(map, file.elf());
  Dwarf_Off offset = 0;
  Dwarf_Off next = 0;
  std::size_t header_bytes = 0;
  while (dwarf_nextcu(dwarf.get(), offset, &next, &header_bytes, nullptr, nullptr, nullptr) == 0) {
    Dwarf_Die unit;
    if (dwarf_offdie(dwarf.get(), offset + header_bytes, &unit) != nullptr) {
      reader.visit_children(unit, not_inlined, 0);
    }
    offset = next;
  }
}

}  // namespace kasane::profile
