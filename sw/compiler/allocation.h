/// Places buffers with known lifetimes in one memory.
#pragma once

#include <cstdint>
#include <vector>

namespace kasane::compiler {

/// A buffer that is needed at the times first ... last, both included.
struct Buffer {
  std::uint64_t bytes = 0;
  std::size_t first = 0;
  std::size_t last = 0;

  bool lives_with(const Buffer& other) const { return first <= other.last && other.first <= last; }
};

/// Offsets, multiples of `alignment`, such that buffers alive at the same time do not overlap. Large buffers
/// first, each at the lowest place that is free.
std::vector<std::uint64_t> allocate(const std::vector<Buffer>& buffers, std::uint64_t alignment);

struct Gap {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

/// The largest part of a memory of `memory_bytes` that no buffer occupies at `time`; aligned.
Gap largest_gap(const std::vector<Buffer>& buffers, const std::vector<std::uint64_t>& offsets,
                std::size_t time, std::uint64_t memory_bytes, std::uint64_t alignment);

}  // namespace kasane::compiler
