/// A memory's bytes, committed by the host page by page as they are first written.
#pragma once

#include <cstdint>
#include <span>

namespace kasane {

class LazyStorage {
 public:
  /// `bytes` zeros. Throws std::invalid_argument where the host cannot reserve so large a range.
  explicit LazyStorage(std::uint64_t bytes);
  ~LazyStorage();
  LazyStorage(const LazyStorage&) = delete;
  LazyStorage& operator=(const LazyStorage&) = delete;

  std::uint8_t* data() { return data_; }
  std::uint64_t size() const { return bytes_; }
  std::span<std::uint8_t> bytes() { return {data_, bytes_}; }

  /// Back to zeros; the host gets its pages back.
  void clear();

 private:
  std::uint8_t* data_;
  std::uint64_t bytes_;
};

}  // namespace kasane
