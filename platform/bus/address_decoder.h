/// Which target an address belongs to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kasane {

/// One target's window of the address space: [base, base + bytes).
struct AddressWindow {
  std::string name;
  std::uint64_t base = 0;
  std::uint64_t bytes = 0;
};

class AddressDecoder {
 public:
  /// Throws std::invalid_argument for an empty window, one that wraps around, or two that overlap.
  explicit AddressDecoder(const std::vector<AddressWindow>& windows);

  /// Index of the window that holds `address`; binary search after a look at the last one found.
  std::optional<std::size_t> find(std::uint64_t address) const;

 private:
  struct Range {
    std::uint64_t first;
    std::uint64_t last;  ///< inclusive
    std::size_t index;
  };
  std::vector<Range> ranges_;  ///< sorted
  mutable std::size_t recent_ = 0;
};

}  // namespace kasane
