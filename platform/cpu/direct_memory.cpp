#include "platform/cpu/direct_memory.h"

namespace kasane::cpu {

DirectRegion* DirectMemory::find(std::uint64_t address, std::uint64_t bytes, Direction direction) {
  for (const auto& region : regions_) {
    if (region->contains(address, bytes) && region->allows(direction)) return region.get();
  }
  return nullptr;
}

DirectRegion& DirectMemory::add(const DirectRegion& region) {
  return *regions_.emplace_back(std::make_unique<DirectRegion>(region));
}

void DirectMemory::map_page(DirectRegion& region, std::uint64_t address, Direction direction) {
  const std::uint64_t page = page_of(address);
  const std::uint64_t first = page << page_bits;
  if (!region.contains(first, std::uint64_t{1} << page_bits)) return;
  const bool is_read = direction == Direction::read;
  Pages& pages = is_read ? read_pages_ : write_pages_;
  pages[page % pages.size()] = {.number = page,
                                .offset = reinterpret_cast<std::uintptr_t>(region.at(first)) - first,
                                .region = &region,
                                .stall = is_read ? region.read_stall : region.write_stall};
}

void DirectMemory::unmap_writes(std::uint64_t page) {
  DirectPage& entry = write_pages_[page % write_pages_.size()];
  if (entry.number == page) entry = {};
}

void DirectMemory::invalidate(std::uint64_t first, std::uint64_t last) {
  std::erase_if(regions_, [&](const auto& region) { return region->first <= last && first <= region->last; });
  forget_pages();
}

void DirectMemory::forget_pages() {
  read_pages_.fill({});
  write_pages_.fill({});
}

}  // namespace kasane::cpu
