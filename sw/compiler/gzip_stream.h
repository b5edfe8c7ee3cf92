/// Unpacks a gzip file piece by piece, checksums included.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <zlib.h>

namespace kasane {

class GzipStream {
 public:
  /// `expected` tells the user what the file should be. Throws std::runtime_error if it cannot be opened.
  GzipStream(const std::filesystem::path& file, const std::string& expected);
  ~GzipStream();
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  /// Fills `target`, or less at the end of the data; returns the number of bytes. Throws std::runtime_error
  /// with one line if the file is truncated, corrupt or no gzip file at all.
  std::size_t read(std::span<std::uint8_t> target);

 private:
  void refill();
  void unpack();

  std::filesystem::path file_;
  std::ifstream source_;
  std::array<std::uint8_t, 65536> packed_;
  z_stream stream_{};
  bool ended_ = false;
};

}  // namespace kasane
