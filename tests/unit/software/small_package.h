/// A small but complete package, built by hand: convolution, pool, fully connected, softmax, each fed by DMA.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "kasane/package.h"

namespace kasane {

/// Bytes on a 64-byte boundary, as packages lie in memory.
class AlignedBytes {
 public:
  explicit AlignedBytes(size_t count) : storage_(count + 64), count_(count) {}
  explicit AlignedBytes(const std::vector<uint8_t>& bytes) : AlignedBytes(bytes.size()) {
    std::copy(bytes.begin(), bytes.end(), data());
  }
  [[nodiscard]] uint8_t* data() {
    const auto address = reinterpret_cast<uintptr_t>(storage_.data());
    return storage_.data() + (64 - address % 64) % 64;
  }
  [[nodiscard]] size_t size() const { return count_; }

 private:
  std::vector<uint8_t> storage_;
  size_t count_;
};

/// Sets the CRC of a package that is otherwise complete.
void seal(std::vector<uint8_t>& package);

/// Input 1 x 6 x 6; convolution 3 x 3 with padding 1 to two channels; maximum 2 x 2; fully connected to five
/// classes; softmax. Weights: a fixed pattern.
std::vector<uint8_t> small_package();

}  // namespace kasane
