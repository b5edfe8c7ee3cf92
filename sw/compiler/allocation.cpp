#include "sw/compiler/allocation.h"

#include <algorithm>
#include <numeric>

namespace kasane::compiler {
namespace {

std::uint64_t align_up(std::uint64_t value, std::uint64_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

}  // namespace

std::vector<std::uint64_t> allocate(const std::vector<Buffer>& buffers, std::uint64_t alignment) {
  std::vector<std::size_t> order(buffers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return buffers[a].bytes > buffers[b].bytes; });
  std::vector<std::uint64_t> offsets(buffers.size());
  std::vector<std::size_t> placed;  // in the order of their offsets
  for (const std::size_t index : order) {
    std::uint64_t offset = 0;
    for (const std::size_t other : placed) {
      if (!buffers[index].lives_with(buffers[other])) continue;
      if (offset + buffers[index].bytes <= offsets[other]) break;
      offset = std::max(offset, align_up(offsets[other] + buffers[other].bytes, alignment));
    }
    offsets[index] = offset;
    const auto position = std::find_if(placed.begin(), placed.end(),
                                       [&](std::size_t other) { return offsets[other] > offset; });
    placed.insert(position, index);
  }
  return offsets;
}

Gap largest_gap(const std::vector<Buffer>& buffers, const std::vector<std::uint64_t>& offsets,
                std::size_t time, std::uint64_t memory_bytes, std::uint64_t alignment) {
  std::vector<Gap> occupied;
  for (std::size_t i = 0; i < buffers.size(); ++i)
    if (buffers[i].first <= time && time <= buffers[i].last)
      occupied.push_back({offsets[i], buffers[i].bytes});
  std::sort(occupied.begin(), occupied.end(), [](const Gap& a, const Gap& b) { return a.offset < b.offset; });
  occupied.push_back({memory_bytes, 0});
  Gap largest;
  std::uint64_t begin = 0;
  for (const Gap& buffer : occupied) {
    if (buffer.offset > begin && buffer.offset - begin > largest.bytes)
      largest = {begin, buffer.offset - begin};
    begin = std::max(begin, align_up(buffer.offset + buffer.bytes, alignment));
  }
  return largest;
}

}  // namespace kasane::compiler
