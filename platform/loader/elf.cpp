#include "platform/loader/elf.h"

#include <algorithm>
#include <fstream>
#include <gelf.h>
#include <iterator>
#include <libelf.h>
#include <memory>
#include <stdexcept>
#include <string>

namespace kasane {
namespace {

/// No segment of a program for these chips is larger; a corrupt header may claim anything.
constexpr std::uint64_t segment_limit = std::uint64_t{1} << 30;

struct ElfCloser {
  void operator()(Elf* elf) const { elf_end(elf); }
};

std::vector<char> read_bytes(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream || std::filesystem::is_directory(file)) {
    throw std::runtime_error(file.string() + ": cannot read the ELF file");
  }
  return {std::istreambuf_iterator<char>(stream), {}};
}

ElfSegment read_segment(const std::filesystem::path& file, const GElf_Phdr& header,
                        const std::vector<char>& content) {
  const bool inside =
      header.p_offset <= content.size() && header.p_filesz <= content.size() - header.p_offset;
  if (!inside)
    throw std::runtime_error(file.string() + ": truncated: a segment reaches beyond the end of the file");
  if (header.p_memsz > segment_limit || header.p_filesz > header.p_memsz) {
    throw std::runtime_error(file.string() + ": corrupt: impossible segment size");
  }
  ElfSegment segment{.address = header.p_paddr, .bytes = std::vector<std::uint8_t>(header.p_memsz)};
  std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(header.p_offset), header.p_filesz,
              segment.bytes.begin());
  return segment;
}

}  // namespace

ElfImage read_elf(const std::filesystem::path& file) {
  elf_version(EV_CURRENT);
  std::vector<char> content = read_bytes(file);
  const std::unique_ptr<Elf, ElfCloser> elf(elf_memory(content.data(), content.size()));
  GElf_Ehdr header;
  if (!elf || gelf_getehdr(elf.get(), &header) == nullptr) {
    throw std::runtime_error(file.string() + ": not an ELF file, or truncated");
  }
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
      header.e_machine != EM_RISCV || header.e_type != ET_EXEC) {
    throw std::runtime_error(file.string() + ": expected a 64-bit little-endian RISC-V executable");
  }
  std::size_t count = 0;
  if (elf_getphdrnum(elf.get(), &count) != 0)
    throw std::runtime_error(file.string() + ": truncated program headers");
  ElfImage image{.entry = header.e_entry};
  for (std::size_t index = 0; index < count; ++index) {
    GElf_Phdr segment;
    if (gelf_getphdr(elf.get(), static_cast<int>(index), &segment) == nullptr) {
      throw std::runtime_error(file.string() + ": truncated program headers");
    }
    if (segment.p_type == PT_LOAD && segment.p_memsz > 0)
      image.segments.push_back(read_segment(file, segment, content));
  }
  if (image.segments.empty()) throw std::runtime_error(file.string() + ": has no segment to load");
  return image;
}

}  // namespace kasane
