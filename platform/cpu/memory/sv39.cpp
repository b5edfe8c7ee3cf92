#include "platform/cpu/memory/sv39.h"

namespace kasane::cpu {
namespace {

constexpr std::uint64_t valid = 1 << 0;
constexpr std::uint64_t readable = 1 << 1;
constexpr std::uint64_t writable = 1 << 2;
constexpr std::uint64_t executable = 1 << 3;
constexpr std::uint64_t user = 1 << 4;
constexpr std::uint64_t accessed = 1 << 6;
constexpr std::uint64_t dirty = 1 << 7;
constexpr unsigned page_number_position = 10;
constexpr unsigned page_number_bits = 44;
constexpr unsigned index_bits = 9;
constexpr unsigned offset_bits = 12;
constexpr unsigned address_bits = 39;
constexpr int levels = 3;
constexpr std::uint64_t index_mask = (1u << index_bits) - 1;

/// Bits 39 to 63 must equal bit 38.
bool is_canonical(std::uint64_t address) {
  const auto shifted = static_cast<std::int64_t>(address << (64 - address_bits)) >> (64 - address_bits);
  return static_cast<std::uint64_t>(shifted) == address;
}

bool is_leaf(std::uint64_t entry) {
  return (entry & (readable | executable)) != 0;
}

bool is_well_formed(std::uint64_t entry) {
  if ((entry & valid) == 0 || (entry >> (page_number_position + page_number_bits)) != 0) return false;
  if (!is_leaf(entry)) return (entry & (writable | user | accessed | dirty)) == 0;
  return (entry & (readable | writable)) != writable;
}

bool is_permitted(std::uint64_t entry, const PageRequest& request) {
  const bool is_user_page = (entry & user) != 0;
  if (request.mode == Privilege::user && !is_user_page) return false;
  if (request.mode == Privilege::supervisor && is_user_page &&
      (request.access == Access::fetch || !request.user_memory)) {
    return false;
  }
  switch (request.access) {
    case Access::fetch:
      return (entry & executable) != 0;
    case Access::load:
      return (entry & (request.executable_readable ? readable | executable : readable)) != 0;
    default:
      return (entry & writable) != 0;
  }
}

}  // namespace

WalkResult walk_sv39(std::uint64_t address, std::uint64_t root, const PageRequest& request,
                     PageTableMemory& memory) {
  constexpr WalkResult page_fault{WalkEnd::page_fault, 0};
  constexpr WalkResult access_fault{WalkEnd::access_fault, 0};
  if (!is_canonical(address)) return page_fault;
  std::uint64_t table = root;
  for (int level = levels - 1; level >= 0; --level) {
    const unsigned shift = index_bits * static_cast<unsigned>(level);
    const std::uint64_t place =
        (table << offset_bits) + (address >> (offset_bits + shift) & index_mask) * sizeof(std::uint64_t);
    std::uint64_t entry = 0;
    if (!memory.read_entry(place, entry)) return access_fault;
    if (!is_well_formed(entry)) return page_fault;
    const std::uint64_t number = entry >> page_number_position & ((std::uint64_t{1} << page_number_bits) - 1);
    if (!is_leaf(entry)) {
      table = number;
      continue;
    }
    const std::uint64_t within = (std::uint64_t{1} << shift) - 1;  // pages of a larger page
    if (!is_permitted(entry, request) || (number & within) != 0) return page_fault;
    const std::uint64_t updated = entry | accessed | (request.access == Access::store ? dirty : 0);
    if (updated != entry) {
      if (!request.updates_entries) return page_fault;
      if (!memory.write_entry(place, updated)) return access_fault;
    }
    return {WalkEnd::found, number | (address >> offset_bits & within)};
  }
  return page_fault;
}

}  // namespace kasane::cpu
