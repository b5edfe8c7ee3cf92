/// Memory-mapped registers: a block's constructor adds them one by one, as its datasheet lists them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <tlm>

namespace kasane {

enum class Access : std::uint8_t {
  read_only,
  read_write,
  write_only,          ///< reads as 0
  write_one_to_clear,  ///< reads the value; written ones clear bits
};

/// One register. Without handlers it is plain storage.
struct Register {
  std::string name;
  std::uint64_t offset = 0;  ///< bytes from the bank's start
  Access access = Access::read_write;
  std::string description;
  std::uint32_t value = 0;                      ///< reset value at construction, then the stored value
  std::function<std::uint32_t()> on_read = {};  ///< replaces the stored value on reads
  std::function<void(std::uint32_t written)> on_write =
      {};                                       ///< replaces storing (all but write_one_to_clear)
  std::function<std::uint32_t()> on_peek = {};  ///< what a debugger sees, where on_read has effects
};

/// Decodes accesses to 32-bit registers (or 8-bit ones). Accepts accesses that are aligned and of a
/// register's width, and of two registers' (64 bits); answers anything else as a bus does: an unknown offset
/// is an address error, a write to a read-only register a command error, a wrong size a burst error.
class RegisterBank {
 public:
  explicit RegisterBank(std::uint32_t register_bytes = 4) : width_(register_bytes) {}

  /// Accepts accesses of `bytes` at a register's first byte as well: the rest is written as zeros, and not
  /// read.
  void accept_narrow(std::uint32_t bytes) { narrow_ = bytes; }

  /// Adds a register; offsets are unique. The reference stays valid.
  Register& add(Register definition);

  /// Executes the payload and sets its response status.
  void transport(tlm::tlm_generic_payload& payload);
  /// A debugger's access; returns the bytes moved. Reads have no effects and may begin and end anywhere, up
  /// to the first byte of no register; writes act as those of software and must be aligned as those.
  unsigned debug(tlm::tlm_generic_payload& payload);

  Register& at(std::uint64_t offset) { return registers_.at(offset); }
  /// In order of their offsets; for the chip's description.
  const std::map<std::uint64_t, Register>& registers() const { return registers_; }

 private:
  std::uint32_t read(const Register& reg) const;
  void write(Register& reg, std::uint32_t written) const;
  unsigned peek(std::uint64_t offset, unsigned char* data, unsigned length) const;
  tlm::tlm_response_status check(std::uint64_t offset, std::uint32_t length, bool is_write) const;

  std::uint32_t width_;
  std::uint32_t narrow_ = width_;
  std::map<std::uint64_t, Register> registers_;
};

}  // namespace kasane
