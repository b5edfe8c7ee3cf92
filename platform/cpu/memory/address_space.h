/// From the addresses that software uses to physical ones: translation, protection, and what is remembered of
/// both.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "platform/cpu/csr/csr.h"
#include "platform/cpu/csr/privilege.h"
#include "platform/cpu/memory/sv39.h"

namespace kasane::cpu {

struct Translation {
  std::uint64_t physical = 0;
  std::uint64_t cause = 0;  ///< of the trap to raise instead, or 0

  bool ok() const { return cause == 0; }
};

/// Tags tell one mapping from another: what is cached under an address and a tag stays right until the tag is
/// used anew. They are made of a number that every change of the page table, satp or protection counts up,
/// and of what else decides about an access: the mode, SUM and MXR.
class AddressSpace {
 public:
  AddressSpace(CsrFile& csr, PageTableMemory& memory, bool hardware_updates)
      : csr_(csr), memory_(memory), hardware_updates_(hardware_updates) {}

  /// Tags of the present mapping, in the bits that a page number leaves free.
  std::uint64_t fetch_tag() const { return fetch_tag_; }
  std::uint64_t data_tag() const { return data_tag_; }

  /// Mode or mstatus have changed.
  void update(Privilege mode);
  /// Forgets all translations. True: tags come round, and whatever was cached under one must be forgotten.
  [[nodiscard]] bool flush();

  /// Translates; the physical address is not yet checked for protection.
  Translation translate(std::uint64_t address, Access access);
  /// As translate() for a debugger, which may see every page: without effect on page table or caches, reading
  /// the table from `viewer`. Empty where nothing is mapped.
  std::optional<std::uint64_t> look_up(std::uint64_t address, PageTableMemory& viewer) const;

  /// Whether protection lets the present mode access these physical bytes.
  bool allows(std::uint64_t physical, std::uint64_t bytes, Access access) const {
    return csr_.protection.allows(physical, physical + bytes - 1, access, mode_of(access));
  }
  /// The answer for the whole page of `physical`, or empty where it depends on the place.
  std::optional<bool> allows_page(std::uint64_t physical, Access access) const;
  bool in_machine_mode() const { return fetch_mode_ == Privilege::machine; }
  /// Whether loads and stores use virtual addresses.
  bool translates_data() const { return is_translated(data_mode_); }

 private:
  struct Entry {
    std::uint64_t key = ~std::uint64_t{0};
    std::uint64_t page = 0;
  };
  using Entries = std::array<Entry, 256>;  ///< direct-mapped: the hart's TLBs

  Privilege mode_of(Access access) const { return access == Access::fetch ? fetch_mode_ : data_mode_; }
  bool is_translated(Privilege mode) const {
    return mode != Privilege::machine && (csr_.translation() >> 60) != 0;
  }
  std::uint64_t root() const { return csr_.translation() & ((std::uint64_t{1} << 44) - 1); }
  PageRequest request(Access access) const;

  CsrFile& csr_;
  PageTableMemory& memory_;
  bool hardware_updates_;
  Privilege fetch_mode_ = Privilege::machine;
  Privilege data_mode_ = Privilege::machine;
  std::uint64_t generation_ = 0;
  std::uint64_t fetch_tag_ = 0;
  std::uint64_t data_tag_ = 0;
  std::array<Entries, 3> entries_;  ///< by Access
};

}  // namespace kasane::cpu
