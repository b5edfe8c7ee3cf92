/// Whether slices that come in order of their ends nest or follow each other.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

namespace kasane::checks {

/// One track. Keeps the slices that no later one contains yet; beyond a bound it forgets the oldest, so that
/// a slice that begins before what was forgotten is compared with the kept ones only.
class SliceOrder {
 public:
  struct Slice {
    std::int64_t begin = 0;
    std::int64_t end = 0;
  };

  explicit SliceOrder(std::size_t most_kept = std::size_t{1} << 16) : most_kept_(most_kept) {}

  /// `slice` ends no earlier than all before it. Returns the slice that it overlaps without containing it.
  std::optional<Slice> add(const Slice& slice) {
    while (!outermost_.empty() && outermost_.back().begin >= slice.begin) outermost_.pop_back();
    std::optional<Slice> overlapped;
    if (!outermost_.empty() && outermost_.back().end > slice.begin) overlapped = outermost_.back();
    outermost_.push_back(slice);
    if (outermost_.size() > most_kept_) outermost_.pop_front();
    return overlapped;
  }

 private:
  std::size_t most_kept_;
  std::deque<Slice> outermost_;  ///< in order of time
};

}  // namespace kasane::checks
