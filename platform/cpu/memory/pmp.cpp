#include "platform/cpu/memory/pmp.h"

#include <bit>

namespace kasane::cpu {
namespace {

constexpr std::uint8_t readable = 1;
constexpr std::uint8_t writable = 2;
constexpr std::uint8_t executable = 4;
constexpr std::uint8_t implemented = 0x9F;
constexpr std::uint64_t address_mask = (std::uint64_t{1} << 54) - 1;

std::uint8_t needed(Access access) {
  return access == Access::fetch ? executable : access == Access::load ? readable : writable;
}

}  // namespace

std::uint64_t PhysicalMemoryProtection::read_configuration(std::uint32_t half) const {
  std::uint64_t value = 0;
  for (std::uint32_t n = 0; n < 8; ++n) {
    value |= std::uint64_t{entries_[8 * half + n].configuration} << 8 * n;
  }
  return value;
}

void PhysicalMemoryProtection::write_configuration(std::uint32_t half, std::uint64_t value) {
  for (std::uint32_t n = 0; n < 8; ++n) {
    const std::uint32_t index = 8 * half + n;
    Entry& entry = entries_[index];
    if (index >= count_ || entry.locked()) continue;
    auto configuration = static_cast<std::uint8_t>(value >> 8 * n & implemented);
    // Writable but not readable is reserved.
    if ((configuration & (readable | writable)) == writable) configuration &= ~writable;
    entry.configuration = configuration;
  }
  update_ranges();
}

bool PhysicalMemoryProtection::address_locked(std::uint32_t entry) const {
  if (entries_[entry].locked()) return true;
  if (entry + 1 >= count_) return false;
  const Entry& above = entries_[entry + 1];
  return above.locked() && above.matching() == Matching::top_of_range;
}

void PhysicalMemoryProtection::write_address(std::uint32_t entry, std::uint64_t value) {
  if (entry >= count_ || address_locked(entry)) return;
  entries_[entry].address = value & address_mask;
  update_ranges();
}

void PhysicalMemoryProtection::update_ranges() {
  std::uint64_t below = 0;
  used_ = 0;
  for (std::uint32_t index = 0; index < count_; ++index) {
    Entry& entry = entries_[index];
    const std::uint64_t base = entry.address << 2;
    entry.first = 1;
    entry.last = 0;
    switch (entry.matching()) {
      case Matching::off:
        break;
      case Matching::top_of_range:
        if (below < base) {
          entry.first = below;
          entry.last = base - 1;
        }
        break;
      case Matching::four_bytes:
        entry.first = base;
        entry.last = base + 3;
        break;
      case Matching::power_of_two: {
        // n ones at the low end: 2^(n + 3) bytes.
        const std::uint64_t ones = (std::uint64_t{1} << std::countr_one(entry.address)) - 1;
        entry.first = (entry.address & ~ones) << 2;
        entry.last = entry.first + (ones << 3 | 7);
        break;
      }
    }
    below = base;
    if (entry.first <= entry.last) used_ = index + 1;
  }
}

bool PhysicalMemoryProtection::permits(const Entry& entry, Access access, Privilege mode) {
  if (mode == Privilege::machine && !entry.locked()) return true;
  return (entry.configuration & needed(access)) != 0;
}

bool PhysicalMemoryProtection::allows(std::uint64_t first, std::uint64_t last, Access access,
                                      Privilege mode) const {
  for (std::uint32_t index = 0; index < used_; ++index) {
    const Entry& entry = entries_[index];
    if (last < entry.first || first > entry.last || entry.first > entry.last) continue;
    // The first entry that matches any byte decides, and must match all of them.
    return first >= entry.first && last <= entry.last && permits(entry, access, mode);
  }
  return permits_unmatched(mode);
}

std::optional<bool> PhysicalMemoryProtection::allows_anywhere(std::uint64_t first, std::uint64_t last,
                                                              Access access, Privilege mode) const {
  for (std::uint32_t index = 0; index < used_; ++index) {
    const Entry& entry = entries_[index];
    if (last < entry.first || first > entry.last || entry.first > entry.last) continue;
    if (first < entry.first || last > entry.last) return std::nullopt;
    return permits(entry, access, mode);
  }
  return permits_unmatched(mode);
}

}  // namespace kasane::cpu
