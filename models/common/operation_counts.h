/// How often each kind of an engine's operations happens.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace kasane {

/// `Operation`: an enumeration that counts from 0; `kinds`: how many it has.
template <typename Operation, std::size_t kinds>
class OperationCounts {
 public:
  static constexpr std::size_t size = kinds;

  std::uint64_t& operator[](Operation kind) { return counts_[static_cast<std::size_t>(kind)]; }
  std::uint64_t operator[](Operation kind) const { return counts_[static_cast<std::size_t>(kind)]; }
  OperationCounts& operator+=(const OperationCounts& other) {
    for (std::size_t kind = 0; kind < kinds; ++kind) counts_[kind] += other.counts_[kind];
    return *this;
  }
  /// In the order of the enumeration.
  const std::array<std::uint64_t, kinds>& all() const { return counts_; }

 private:
  std::array<std::uint64_t, kinds> counts_{};
};

}  // namespace kasane
