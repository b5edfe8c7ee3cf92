/// A hart for tests of the protocol: registers, a little memory, and a record of what it was told.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "platform/cpu/debug/debug_port.h"

namespace kasane {

struct MockHart : DebugPort {
  static constexpr std::uint64_t memory_base = 0x1000;
  std::uint64_t at = 0x80000000;
  std::array<std::uint64_t, 32> x{};
  std::array<std::uint64_t, 32> f{};
  bool has_floats = true;
  std::map<std::uint32_t, std::uint64_t> csrs = {{0x001, 3}, {0x300, 0x1800}, {0x7c0, 9}, {0xF14, 0}};
  std::vector<std::uint8_t> memory = std::vector<std::uint8_t>(256);
  std::vector<std::string> told;
  bool stands = true;
  StopInfo info;

  std::uint64_t pc() const override { return at; }
  void set_pc(std::uint64_t pc) override { at = pc; }
  std::uint64_t read_x(std::uint32_t number) const override { return x.at(number); }
  void write_x(std::uint32_t number, std::uint64_t value) override { x.at(number) = number == 0 ? 0 : value; }
  std::optional<std::uint64_t> read_f(std::uint32_t number) const override {
    return has_floats ? std::optional(f.at(number)) : std::nullopt;
  }
  bool write_f(std::uint32_t number, std::uint64_t value) override {
    f.at(number) = value;
    return has_floats;
  }
  std::optional<std::uint64_t> read_csr(std::uint32_t number) const override {
    const auto found = csrs.find(number);
    return found == csrs.end() ? std::nullopt : std::optional(found->second);
  }
  bool write_csr(std::uint32_t number, std::uint64_t value) override {
    if (!csrs.contains(number) || number == 0xF14) return false;
    csrs[number] = value;
    return true;
  }
  Privilege privilege() const override { return Privilege::supervisor; }

  bool in_memory(std::uint64_t address, std::size_t bytes) const {
    return address >= memory_base && bytes <= memory.size() && address - memory_base <= memory.size() - bytes;
  }
  bool read_memory(std::uint64_t address, std::span<std::uint8_t> bytes) override {
    if (!in_memory(address, bytes.size())) return false;
    std::copy_n(memory.begin() + static_cast<std::ptrdiff_t>(address - memory_base), bytes.size(),
                bytes.begin());
    return true;
  }
  bool write_memory(std::uint64_t address, std::span<const std::uint8_t> bytes) override {
    if (!in_memory(address, bytes.size())) return false;
    std::copy(bytes.begin(), bytes.end(),
              memory.begin() + static_cast<std::ptrdiff_t>(address - memory_base));
    return true;
  }

  void tell(const std::string& what, std::uint64_t number) {
    told.push_back(what + " " + std::to_string(number));
  }
  void add_breakpoint(std::uint64_t address) override { tell("break", address); }
  void remove_breakpoint(std::uint64_t address) override { tell("unbreak", address); }
  void add_watchpoint(std::uint64_t address, std::uint64_t bytes, WatchKind kind) override {
    tell("watch " + std::to_string(address) + " " + std::to_string(bytes), static_cast<std::uint64_t>(kind));
  }
  void remove_watchpoint(std::uint64_t address, std::uint64_t bytes, WatchKind kind) override {
    tell("unwatch " + std::to_string(address) + " " + std::to_string(bytes),
         static_cast<std::uint64_t>(kind));
  }
  void halt() override { told.push_back("halt"); }
  void resume() override {
    told.push_back("resume");
    stands = false;
  }
  void step() override {
    told.push_back("step");
    stands = false;
  }
  bool halted() const override { return stands; }
  StopInfo stop_info() const override { return info; }
  void reset() override { told.push_back("reset"); }

  /// The hart stops, as if by itself.
  void stop(const StopInfo& why) {
    info = why;
    stands = true;
  }
};

}  // namespace kasane
