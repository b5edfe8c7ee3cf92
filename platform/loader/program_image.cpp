#include "platform/loader/program_image.h"

#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

namespace kasane {
namespace {

struct Origin {
  std::string_view folder;
  std::string_view package;
};

constexpr std::array<Origin, 2> origins{{
    {"/usr/lib/riscv64-linux-gnu/opensbi/", "opensbi"},
    {"/usr/lib/u-boot/", "u-boot-qemu"},
}};

constexpr std::string_view elf_magic = "\177ELF";

[[noreturn]] void cannot_read(const std::filesystem::path& file) {
  std::string message = file.string() + ": cannot read the program";
  for (const Origin& origin : origins) {
    if (!file.string().starts_with(origin.folder)) continue;
    message.append("; Debian's package ").append(origin.package).append(" has it");
  }
  throw std::runtime_error(message);
}

}  // namespace

ElfImage read_program(const std::filesystem::path& file, std::uint64_t raw_address) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream || std::filesystem::is_directory(file)) cannot_read(file);
  std::vector<std::uint8_t> bytes(std::istreambuf_iterator<char>(stream), {});
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.starts_with(elf_magic)) return read_elf(file);
  if (bytes.empty()) throw std::runtime_error(file.string() + ": is empty, expected a program");
  return {.entry = raw_address, .segments = {{.address = raw_address, .bytes = std::move(bytes)}}};
}

bool is_elf(const std::filesystem::path& file) {
  std::array<char, elf_magic.size()> begin{};
  std::ifstream(file, std::ios::binary).read(begin.data(), begin.size());
  return std::string_view(begin.data(), begin.size()) == elf_magic;
}

}  // namespace kasane
