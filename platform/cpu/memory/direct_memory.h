/// Memory the hart reaches by DMI: whole regions, and small tables of pages for the fast path.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include <systemc>

#include "models/common/direct_memory_meter.h"

namespace kasane::cpu {

enum class Direction : std::uint8_t { read, write };

/// One grant of direct memory access, and what was done with it since it was last metered.
struct DirectRegion {
  std::uint64_t first = 0;
  std::uint64_t last = 0;  ///< inclusive
  std::uint8_t* host = nullptr;
  bool readable = false;
  bool writable = false;
  sc_core::sc_time read_latency;
  sc_core::sc_time write_latency;
  std::uint32_t read_stall = 0;  ///< the latencies in cycles, rounded up
  std::uint32_t write_stall = 0;
  DirectMemoryMeter* meter = nullptr;
  std::uint64_t number = 0;  ///< tells regions apart
  std::uint64_t reads = 0;   ///< of data
  std::uint64_t writes = 0;
  std::uint64_t fetches = 0;  ///< of words of code
  // A profiler's: its number for the memory, and what it has seen of reads and writes.
  static constexpr std::uint32_t unknown_memory = ~std::uint32_t{0};
  std::uint32_t memory = unknown_memory;
  std::uint64_t seen_reads = 0;
  std::uint64_t seen_writes = 0;

  bool contains(std::uint64_t address, std::uint64_t bytes) const {
    return address >= first && address <= last && bytes - 1 <= last - address;
  }
  bool allows(Direction direction) const { return direction == Direction::read ? readable : writable; }
  std::uint8_t* at(std::uint64_t address) const { return host + (address - first); }
};

/// 4 KiB of software's addresses that lie wholly within one region.
struct DirectPage {
  static constexpr std::uint64_t no_page = ~std::uint64_t{0};
  std::uint64_t key = no_page;     ///< page number, and the tag of the mapping that it belongs to
  std::uintptr_t offset = 0;       ///< host address less software's address, modulo 2^64
  DirectRegion* region = nullptr;  ///< whose accesses are counted one by one; null: the main region
  std::uint64_t stall = 0;         ///< cycles

  std::uint8_t* at(std::uint64_t address) const { return reinterpret_cast<std::uint8_t*>(offset + address); }
};

inline constexpr std::uint32_t page_bits = 12;
inline constexpr std::uint64_t page_bytes = std::uint64_t{1} << page_bits;
inline std::uint64_t page_of(std::uint64_t address) {
  return address >> page_bits;
}

class DirectMemory {
 public:
  /// The entry that serves an access of `bytes` at `address` under the mapping `tag`, or null. Tells a hit by
  /// the page of the last byte, so that an access across pages misses.
  [[gnu::always_inline]] const DirectPage* readable(std::uint64_t address, std::uint64_t bytes,
                                                    std::uint64_t tag) const {
    return hit(read_pages_, address, bytes, tag);
  }
  [[gnu::always_inline]] const DirectPage* writable(std::uint64_t address, std::uint64_t bytes,
                                                    std::uint64_t tag) const {
    return hit(write_pages_, address, bytes, tag);
  }

  /// The region that holds the whole access and allows it, or null.
  DirectRegion* find(std::uint64_t address, std::uint64_t bytes, Direction direction);

  DirectRegion& add(const DirectRegion& region);
  /// Enters the page of software's `address`, which is at `physical`, into the fast table, if it lies wholly
  /// within the region.
  void map_page(DirectRegion& region, std::uint64_t address, std::uint64_t physical, Direction direction,
                std::uint64_t tag);
  /// Stores to the page of this physical address take the slow path from now on.
  void unmap_writes(const DirectRegion& region, std::uint64_t physical);
  /// Forgets the regions that overlap [first, last].
  void invalidate(std::uint64_t first, std::uint64_t last);
  void forget_pages();

  std::vector<std::unique_ptr<DirectRegion>>& regions() { return regions_; }

  /// The region that serves most: its loads and stores are all that no other served, and need no counting of
  /// their own. Null: there is none.
  DirectRegion* main_region() const { return main_; }
  void set_main_region(DirectRegion* region);

 private:
  using Pages = std::array<DirectPage, 256>;
  [[gnu::always_inline]] static const DirectPage* hit(const Pages& pages, std::uint64_t address,
                                                      std::uint64_t bytes, std::uint64_t tag) {
    const DirectPage& page = pages[page_of(address) % std::tuple_size_v<Pages>];
    return (page_of(address + bytes - 1) | tag) == page.key ? &page : nullptr;
  }

  Pages read_pages_;
  Pages write_pages_;
  std::vector<std::unique_ptr<DirectRegion>> regions_;  // few; page entries point to them
  std::uint64_t regions_seen_ = 0;
  DirectRegion* main_ = nullptr;
};

}  // namespace kasane::cpu
