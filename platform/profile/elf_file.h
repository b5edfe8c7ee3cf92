/// An ELF file, open for libelf.
#pragma once

#include <fcntl.h>
#include <filesystem>
#include <gelf.h>
#include <libelf.h>
#include <stdexcept>
#include <unistd.h>

namespace kasane::profile {

class ElfFile {
 public:
  /// Throws std::runtime_error with one line naming the file where it is no ELF file.
  explicit ElfFile(const std::filesystem::path& path) {
    elf_version(EV_CURRENT);
    descriptor_ = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ >= 0) elf_ = elf_begin(descriptor_, ELF_C_READ, nullptr);
    if (elf_ == nullptr || elf_kind(elf_) != ELF_K_ELF) {
      release();
      throw std::runtime_error(path.string() + ": cannot be read as an ELF file");
    }
  }
  ~ElfFile() { release(); }
  ElfFile(const ElfFile&) = delete;
  ElfFile& operator=(const ElfFile&) = delete;

  Elf* elf() const { return elf_; }

 private:
  void release() {
    if (elf_ != nullptr) elf_end(elf_);
    if (descriptor_ >= 0) close(descriptor_);
  }

  int descriptor_ = -1;
  Elf* elf_ = nullptr;
};

}  // namespace kasane::profile
