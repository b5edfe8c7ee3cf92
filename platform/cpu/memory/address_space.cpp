#include "platform/cpu/memory/address_space.h"

#include "platform/cpu/memory/direct_memory.h"

namespace kasane::cpu {
namespace {

constexpr unsigned tag_position = 52;
constexpr std::uint64_t generations = 256;  // times 16 variants: 12 bits

/// What besides the page table decides about an access, in four bits.
std::uint64_t variant(Privilege mode, bool user_memory, bool executable_readable) {
  return static_cast<std::uint64_t>(mode) | (user_memory ? 4u : 0u) | (executable_readable ? 8u : 0u);
}

std::uint64_t page_start(std::uint64_t address) {
  return page_of(address) << page_bits;
}

}  // namespace

void AddressSpace::update(Privilege mode) {
  fetch_mode_ = mode;
  data_mode_ = mode;
  if (csr_.has_status(status::mprv)) data_mode_ = status::previous_mode(csr_.status());
  const auto tag = [this](std::uint64_t what) { return (generation_ << 4 | what) << tag_position; };
  fetch_tag_ = tag(variant(mode, false, false));
  data_tag_ = data_mode_ == Privilege::machine
                  ? tag(variant(data_mode_, false, false))
                  : tag(variant(data_mode_, csr_.has_status(status::sum), csr_.has_status(status::mxr)));
}

bool AddressSpace::flush() {
  generation_ = (generation_ + 1) % generations;
  if (generation_ == 0) {
    for (Entries& entries : entries_) entries.fill({});
  }
  update(fetch_mode_);
  return generation_ == 0;
}

PageRequest AddressSpace::request(Access access) const {
  return {.access = access,
          .mode = mode_of(access),
          .user_memory = csr_.has_status(status::sum),
          .executable_readable = csr_.has_status(status::mxr),
          .updates_entries = hardware_updates_};
}

Translation AddressSpace::translate(std::uint64_t address, Access access) {
  if (!is_translated(mode_of(access))) return {address, 0};
  const std::uint64_t page = page_of(address);
  const std::uint64_t key = page | (access == Access::fetch ? fetch_tag_ : data_tag_);
  Entry& entry = entries_[static_cast<std::size_t>(access)][page % std::tuple_size_v<Entries>];
  if (entry.key != key) {
    const WalkResult walk = walk_sv39(address, root(), request(access), memory_);
    if (walk.end == WalkEnd::page_fault) return {0, cause::page_fault(access)};
    if (walk.end == WalkEnd::access_fault) return {0, cause::access_fault(access)};
    entry = {key, walk.page};
  }
  return {entry.page << page_bits | (address - page_start(address)), 0};
}

std::optional<std::uint64_t> AddressSpace::look_up(std::uint64_t address, PageTableMemory& viewer) const {
  if (!is_translated(fetch_mode_)) return address;
  const PageRequest any_page{.access = Access::load,
                             .mode = Privilege::supervisor,
                             .user_memory = true,
                             .executable_readable = true,
                             .updates_entries = true};
  const WalkResult walk = walk_sv39(address, root(), any_page, viewer);
  if (walk.end != WalkEnd::found) return std::nullopt;
  return walk.page << page_bits | (address - page_start(address));
}

std::optional<bool> AddressSpace::allows_page(std::uint64_t physical, Access access) const {
  const std::uint64_t first = page_start(physical);
  return csr_.protection.allows_anywhere(first, first + ((std::uint64_t{1} << page_bits) - 1), access,
                                         mode_of(access));
}

}  // namespace kasane::cpu
