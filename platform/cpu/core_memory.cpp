/// The core's slow paths to memory and devices.
#include <cstring>

#include "platform/cpu/core.h"

namespace kasane::cpu {
namespace {

Direction direction_of(Access access) {
  return access == Access::store ? Direction::write : Direction::read;
}

}  // namespace

DirectRegion* Core::direct(std::uint64_t physical, std::uint64_t bytes, Direction direction) {
  DirectRegion* region = memory.find(physical, bytes, direction);
  if (region == nullptr) {
    region = outside.request_direct(physical, direction);
    if (region == nullptr || !region->contains(physical, bytes)) return nullptr;
  }
  return region;
}

void Core::map_page(DirectRegion& region, std::uint64_t address, std::uint64_t physical,
                    Direction direction) {
  const std::uint64_t first = page_of(address) << page_bits;
  const bool is_write = direction == Direction::write;
  if (is_write && blocks.is_code_page(page_of(physical))) return;
  if (!space.allows_page(physical, is_write ? Access::store : Access::load).value_or(false)) return;
  if (is_watched(first, first + (page_bytes - 1))) return;
  memory.map_page(region, address, physical, direction, data_tag);
}

void Core::count_load(DirectRegion* region) {
  if (region != nullptr && region == memory.main_region()) return;
  if (region != nullptr) ++region->reads;
  ++elsewhere.loads;
}

void Core::count_store(DirectRegion* region) {
  if (region != nullptr && region == memory.main_region()) return;
  if (region != nullptr) ++region->writes;
  ++elsewhere.stores;
}

void Core::count_main_region() {
  const std::uint64_t loads = lanes[static_cast<std::size_t>(InstructionClass::load)];
  const std::uint64_t stores = lanes[static_cast<std::size_t>(InstructionClass::store)];
  if (DirectRegion* main = memory.main_region()) {
    main->reads += loads - elsewhere.loads;
    main->writes += stores - elsewhere.stores;
  }
  if (2 * (elsewhere.loads + elsewhere.stores) > loads + stores) elsewhere_prevails = true;
  elsewhere = {};
}

void Core::choose_main_region() {
  elsewhere_prevails = false;
  DirectRegion* best = memory.main_region();
  const auto uses = [](const DirectRegion* region) { return region->reads + region->writes; };
  for (const auto& region : memory.regions()) {
    if (best == nullptr || uses(region.get()) > uses(best)) best = region.get();
  }
  if (best != memory.main_region()) memory.set_main_region(best);
}

bool Core::read_entry(std::uint64_t address, std::uint64_t& entry) {
  const auto last = address + sizeof(entry) - 1;
  if (!csr.protection.allows(address, last, Access::load, Privilege::supervisor)) return false;
  DirectRegion* region = direct(address, sizeof(entry), Direction::read);
  if (region == nullptr) return false;  // page tables are in memory, not in devices
  std::memcpy(&entry, region->at(address), sizeof(entry));
  ++region->reads;
  stall(region->read_stall);
  return true;
}

bool Core::write_entry(std::uint64_t address, std::uint64_t entry) {
  const auto last = address + sizeof(entry) - 1;
  if (!csr.protection.allows(address, last, Access::store, Privilege::supervisor)) return false;
  DirectRegion* region = direct(address, sizeof(entry), Direction::write);
  if (region == nullptr) return false;
  std::memcpy(region->at(address), &entry, sizeof(entry));
  ++region->writes;
  stall(region->write_stall);
  stored_directly(address, sizeof(entry));
  return true;
}

bool Core::translate(const Op* op, std::uint64_t address, std::uint32_t bytes, Access access,
                     std::uint64_t& physical) {
  const Translation place = space.translate(address, access);
  if (!place.ok()) {
    raise(op, place.cause, address);
    return false;
  }
  if (!space.allows(place.physical, bytes, access)) {
    raise(op, cause::access_fault(access), address);
    return false;
  }
  physical = place.physical;
  return true;
}

bool Core::crosses_translated_pages(std::uint64_t address, std::uint32_t bytes) const {
  return address % page_bytes + bytes > page_bytes && space.translates_data();
}

bool Core::access_device(const Op* op, Access access, std::uint64_t address, std::uint64_t physical,
                         std::uint8_t* data, std::uint32_t bytes) {
  if (address % bytes != 0) {
    raise(op, cause::misaligned(access), address);
    return false;
  }
  charge(op, -1);  // the device sees the time at which this instruction begins
  if (!outside.access(direction_of(access), physical, data, bytes)) {
    enter_trap(cause::access_fault(access), address, op->pc);
    return false;
  }
  charge(op, +1);
  return true;
}

bool Core::load_slowly(const Op* op, std::uint64_t address, std::uint32_t bytes) {
  transfer = 0;
  if (crosses_translated_pages(address, bytes)) return load_across_pages(op, address, bytes);
  std::uint64_t physical = 0;
  if (!translate(op, address, bytes, Access::load, physical)) return false;
  if (DirectRegion* region = direct(physical, bytes, Direction::read)) {
    map_page(*region, address, physical, Direction::read);
    std::memcpy(&transfer, region->at(physical), bytes);
    count_load(region);
    stall(region->read_stall);
  } else {
    std::uint8_t data[8] = {};
    if (!access_device(op, Access::load, address, physical, data, bytes)) return false;
    std::memcpy(&transfer, data, bytes);
    count_load(nullptr);
  }
  report_access(address, bytes, Access::load);
  return true;
}

bool Core::store_slowly(const Op* op, std::uint64_t address, std::uint64_t value, std::uint32_t bytes) {
  if (crosses_translated_pages(address, bytes)) return store_across_pages(op, address, value, bytes);
  std::uint64_t physical = 0;
  if (!translate(op, address, bytes, Access::store, physical)) return false;
  if (DirectRegion* region = direct(physical, bytes, Direction::write)) {
    std::memcpy(region->at(physical), &value, bytes);
    count_store(region);
    stall(region->write_stall);
    stored_directly(physical, bytes);
    map_page(*region, address, physical, Direction::write);
  } else {
    std::uint8_t data[8];
    std::memcpy(data, &value, sizeof(data));
    if (!access_device(op, Access::store, address, physical, data, bytes)) return false;
    count_store(nullptr);
  }
  report_access(address, bytes, Access::store);
  return true;
}

bool Core::locate_parts(const Op* op, std::uint64_t address, std::uint32_t bytes, Access access,
                        std::array<Part, 2>& parts) {
  const auto first = static_cast<std::uint32_t>(page_bytes - address % page_bytes);
  std::array<DirectRegion*, 2> regions{};
  for (std::size_t n = 0; n < parts.size(); ++n) {
    Part& part = parts[n];
    const std::uint64_t at = n == 0 ? address : address + first;
    part.bytes = n == 0 ? first : bytes - first;
    if (!translate(op, at, part.bytes, access, part.physical)) return false;
    regions[n] = direct(part.physical, part.bytes, direction_of(access));
    if (regions[n] == nullptr) {
      raise(op, cause::misaligned(access), address);
      return false;
    }
    part.host = regions[n]->at(part.physical);
  }
  access == Access::store ? count_store(nullptr) : count_load(nullptr);
  for (DirectRegion* region : regions) {
    ++(access == Access::store ? region->writes : region->reads);
    stall(access == Access::store ? region->write_stall : region->read_stall);
  }
  return true;
}

bool Core::load_across_pages(const Op* op, std::uint64_t address, std::uint32_t bytes) {
  std::array<Part, 2> parts;
  if (!locate_parts(op, address, bytes, Access::load, parts)) return false;
  auto* data = reinterpret_cast<std::uint8_t*>(&transfer);
  for (const Part& part : parts) {
    std::memcpy(data, part.host, part.bytes);
    data += part.bytes;
  }
  report_access(address, bytes, Access::load);
  return true;
}

bool Core::store_across_pages(const Op* op, std::uint64_t address, std::uint64_t value, std::uint32_t bytes) {
  std::array<Part, 2> parts;
  if (!locate_parts(op, address, bytes, Access::store, parts)) return false;
  const auto* data = reinterpret_cast<const std::uint8_t*>(&value);
  for (const Part& part : parts) {
    std::memcpy(part.host, data, part.bytes);
    stored_directly(part.physical, part.bytes);
    data += part.bytes;
  }
  report_access(address, bytes, Access::store);
  return true;
}

Core::AtomicPlace Core::locate_atomic(const Op* op, std::uint64_t address, std::uint32_t bytes, bool reads,
                                      bool writes) {
  const Access access = writes ? Access::store : Access::load;
  if (address % bytes != 0) {
    raise(op, cause::misaligned(access), address);
    return {};
  }
  std::uint64_t physical = 0;
  if (!translate(op, address, bytes, access, physical)) return {};
  DirectRegion* region = direct(physical, bytes, direction_of(access));
  if (region == nullptr || (reads && !region->readable)) {  // atomics are for memory, not for devices
    raise(op, cause::access_fault(access), address);
    return {};
  }
  region->reads += reads ? 1 : 0;
  region->writes += writes ? 1 : 0;
  stall((reads ? region->read_stall : 0) + (writes ? region->write_stall : 0));
  if (writes) stored_directly(physical, bytes);
  report_access(address, bytes, access);
  return {region->at(physical), physical};
}

void Core::stored_directly(std::uint64_t physical, std::uint64_t bytes) {
  const std::uint64_t last = physical + bytes - 1;
  if (blocks.is_code(physical, last)) blocks.invalidate(physical, last);
}

Fetched Core::fetch(std::uint64_t address) {
  Fetched fetched;
  const Translation place = space.translate(address, Access::fetch);
  if (!place.ok()) return {.cause = place.cause};
  fetched.physical = place.physical;
  if (!space.allows(place.physical, sizeof(fetched.bits), Access::fetch)) {
    return {.cause = cause::fetch_access};
  }
  if (DirectRegion* region = direct(place.physical, sizeof(fetched.bits), Direction::read)) {
    std::memcpy(&fetched.bits, region->at(place.physical), sizeof(fetched.bits));
    // Where protection differs within a page nothing is kept, as every access has to be looked at.
    if (space.allows_page(place.physical, Access::fetch).has_value()) {
      fetched.region = region;
    } else {
      ++region->fetches;
    }
    return fetched;
  }
  std::uint8_t data[sizeof(fetched.bits)];
  if (!outside.access(Direction::read, place.physical, data, sizeof(data))) {
    return {.cause = cause::fetch_access};
  }
  std::memcpy(&fetched.bits, data, sizeof(fetched.bits));
  return fetched;
}

}  // namespace kasane::cpu
