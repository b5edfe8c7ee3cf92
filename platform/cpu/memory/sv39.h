/// Page-based virtual memory with 39-bit addresses (privileged architecture 1.12, 4.3.2 and 4.4).
#pragma once

#include <cstdint>

#include "platform/cpu/csr/privilege.h"

namespace kasane::cpu {

/// Memory as the page table walker sees it, by physical address.
class PageTableMemory {
 public:
  virtual ~PageTableMemory() = default;
  /// False: an access fault.
  virtual bool read_entry(std::uint64_t address, std::uint64_t& entry) = 0;
  virtual bool write_entry(std::uint64_t address, std::uint64_t entry) = 0;
};

/// Who asks for a page, and by which rules.
struct PageRequest {
  Access access = Access::load;
  Privilege mode = Privilege::user;  ///< user or supervisor
  bool user_memory = false;          ///< mstatus.SUM
  bool executable_readable = false;  ///< mstatus.MXR
  /// Whether the walker sets A and D itself; else a page without them faults.
  bool updates_entries = true;
};

enum class WalkEnd : std::uint8_t { found, page_fault, access_fault };

struct WalkResult {
  WalkEnd end = WalkEnd::page_fault;
  std::uint64_t page = 0;  ///< physical page number, of 4 KiB also within larger pages
};

/// Walks the table whose root is the physical page `root`.
WalkResult walk_sv39(std::uint64_t address, std::uint64_t root, const PageRequest& request,
                     PageTableMemory& memory);

}  // namespace kasane::cpu
