/// Physical memory protection: up to 16 regions, granularity 4 bytes (privileged architecture 1.12, 3.7).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "platform/cpu/csr/privilege.h"

namespace kasane::cpu {

class PhysicalMemoryProtection {
 public:
  static constexpr std::uint32_t max_regions = 16;

  /// `regions`: how many are implemented; the rest read as 0. None at all: nothing is protected.
  explicit PhysicalMemoryProtection(std::uint32_t regions = max_regions) : count_(regions) {}

  /// Eight entries' configuration, from entry 8 * `half` on.
  std::uint64_t read_configuration(std::uint32_t half) const;
  void write_configuration(std::uint32_t half, std::uint64_t value);
  std::uint64_t read_address(std::uint32_t entry) const { return entries_[entry].address; }
  void write_address(std::uint32_t entry, std::uint64_t value);

  /// Whether `mode` may access all of [first, last].
  bool allows(std::uint64_t first, std::uint64_t last, Access access, Privilege mode) const;
  /// The answer for every access within [first, last], or empty where it depends on the place.
  std::optional<bool> allows_anywhere(std::uint64_t first, std::uint64_t last, Access access,
                                      Privilege mode) const;

 private:
  enum class Matching : std::uint8_t { off, top_of_range, four_bytes, power_of_two };
  struct Entry {
    std::uint8_t configuration = 0;
    std::uint64_t address = 0;  ///< bits 2 to 55 of the physical address
    std::uint64_t first = 1;    ///< of the range matched; none while first > last
    std::uint64_t last = 0;
    bool locked() const { return (configuration & 0x80) != 0; }
    Matching matching() const { return static_cast<Matching>(configuration >> 3 & 3); }
  };

  static bool permits(const Entry& entry, Access access, Privilege mode);
  bool permits_unmatched(Privilege mode) const { return mode == Privilege::machine || count_ == 0; }
  /// A locked entry that matches up to its address locks the address below, too.
  bool address_locked(std::uint32_t entry) const;
  void update_ranges();

  std::uint32_t count_;
  std::uint32_t used_ = 0;  ///< entries from here on match nothing
  std::array<Entry, max_regions> entries_{};
};

}  // namespace kasane::cpu
