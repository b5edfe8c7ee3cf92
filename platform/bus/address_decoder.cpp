#include "platform/bus/address_decoder.h"

#include <algorithm>
#include <stdexcept>

namespace kasane {

AddressDecoder::AddressDecoder(const std::vector<AddressWindow>& windows) {
  for (std::size_t index = 0; index < windows.size(); ++index) {
    const AddressWindow& window = windows[index];
    const std::uint64_t last = window.base + (window.bytes - 1);
    if (window.bytes == 0 || last < window.base) {
      throw std::invalid_argument("bus: target '" + window.name +
                                  "': expected a window of at least 1 byte that ends below 2^64");
    }
    ranges_.push_back({window.base, last, index});
  }
  std::sort(ranges_.begin(), ranges_.end(), [](const Range& a, const Range& b) { return a.first < b.first; });
  for (std::size_t index = 1; index < ranges_.size(); ++index) {
    if (ranges_[index].first <= ranges_[index - 1].last) {
      throw std::invalid_argument("bus: targets '" + windows[ranges_[index - 1].index].name + "' and '" +
                                  windows[ranges_[index].index].name + "' overlap");
    }
  }
}

std::optional<std::size_t> AddressDecoder::find(std::uint64_t address) const {
  if (ranges_.empty()) return std::nullopt;
  const Range& recent = ranges_[recent_];
  if (address >= recent.first && address <= recent.last) return recent.index;
  const auto after = std::upper_bound(ranges_.begin(), ranges_.end(), address,
                                      [](std::uint64_t at, const Range& range) { return at < range.first; });
  if (after == ranges_.begin() || address > (after - 1)->last) return std::nullopt;
  recent_ = static_cast<std::size_t>(after - 1 - ranges_.begin());
  return ranges_[recent_].index;
}

}  // namespace kasane
