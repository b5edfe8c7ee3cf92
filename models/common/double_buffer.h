/// A buffer of two halves: while one is in use the other is filled.
#pragma once

#include <cstdint>
#include <optional>

namespace kasane {

class DoubleBuffer {
 public:
  /// The next slot needs what `key` names. Returns true if it must be loaded, false if a half holds it.
  bool request(std::uint64_t key) {
    for (std::uint32_t half : {0u, 1u}) {
      if (keys_[half] == key) {
        half_ = half;
        return false;
      }
    }
    half_ = 1 - half_;
    keys_[half_] = key;
    return true;
  }
  /// The half that holds what was requested last.
  std::uint32_t half() const { return half_; }

 private:
  std::optional<std::uint64_t> keys_[2];
  std::uint32_t half_ = 1;
};

}  // namespace kasane
