#include "platform/cpu/memory/direct_memory.h"

namespace kasane::cpu {

DirectRegion* DirectMemory::find(std::uint64_t address, std::uint64_t bytes, Direction direction) {
  for (const auto& region : regions_) {
    if (region->contains(address, bytes) && region->allows(direction)) return region.get();
  }
  return nullptr;
}

DirectRegion& DirectMemory::add(const DirectRegion& region) {
  DirectRegion& added = *regions_.emplace_back(std::make_unique<DirectRegion>(region));
  added.number = ++regions_seen_;
  return added;
}

void DirectMemory::map_page(DirectRegion& region, std::uint64_t address, std::uint64_t physical,
                            Direction direction, std::uint64_t tag) {
  const std::uint64_t page = page_of(address);
  const std::uint64_t first = page_of(physical) << page_bits;
  if (!region.contains(first, page_bytes)) return;
  const bool is_read = direction == Direction::read;
  Pages& pages = is_read ? read_pages_ : write_pages_;
  pages[page % pages.size()] = {
      .key = page | tag,
      .offset = reinterpret_cast<std::uintptr_t>(region.at(first)) - (page << page_bits),
      .region = &region == main_ ? nullptr : &region,
      .stall = is_read ? region.read_stall : region.write_stall};
}

void DirectMemory::unmap_writes(const DirectRegion& region, std::uint64_t physical) {
  // The page may be mapped at several of software's addresses: it is told by where it lies on the host.
  const std::uint64_t first = page_of(physical) << page_bits;
  if (!region.contains(first, page_bytes)) return;
  const std::uint8_t* host = region.at(first);
  for (DirectPage& entry : write_pages_) {
    constexpr std::uint64_t page_mask = (std::uint64_t{1} << (64 - page_bits)) - 1;
    if (entry.key != DirectPage::no_page && entry.at((entry.key & page_mask) << page_bits) == host) {
      entry = {};
    }
  }
}

void DirectMemory::set_main_region(DirectRegion* region) {
  main_ = region;
  forget_pages();
}

void DirectMemory::invalidate(std::uint64_t first, std::uint64_t last) {
  if (main_ != nullptr && main_->first <= last && first <= main_->last) main_ = nullptr;
  std::erase_if(regions_, [&](const auto& region) { return region->first <= last && first <= region->last; });
  forget_pages();
}

void DirectMemory::forget_pages() {
  read_pages_.fill({});
  write_pages_.fill({});
}

}  // namespace kasane::cpu
