/// What two formats must agree on of a track's slices.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace kasane::checks {

/// Number of slices and a hash of all of them that does not depend on their order.
struct SliceDigest {
  std::uint64_t slices = 0;
  std::uint64_t hash = 0;

  void add(std::string_view name, std::int64_t begin_ns, std::int64_t end_ns) {
    ++slices;
    hash += mixed(mixed(mixed(fnv(name)) ^ static_cast<std::uint64_t>(begin_ns)) ^
                  static_cast<std::uint64_t>(end_ns));
  }
  bool operator==(const SliceDigest&) const = default;

 private:
  /// FNV-1a.
  static std::uint64_t fnv(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char letter : text) hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
    return hash;
  }
  /// The finalizer of MurmurHash3.
  static std::uint64_t mixed(std::uint64_t value) {
    value = (value ^ (value >> 33U)) * 0xff51afd7ed558ccdU;
    value = (value ^ (value >> 33U)) * 0xc4ceb9fe1a85ec53U;
    return value ^ (value >> 33U);
  }
};

/// By block and track.
using SliceDigests = std::map<std::pair<std::string, std::string>, SliceDigest>;

}  // namespace kasane::checks
