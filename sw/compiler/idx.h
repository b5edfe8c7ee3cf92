/// Reads IDX files, the format of MNIST and Fashion-MNIST, plain or gzip'd.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace kasane {

/// An array of unsigned bytes of any rank.
struct IdxArray {
  std::vector<std::uint32_t> dims;
  std::vector<std::uint8_t> values;
};

/// Throws std::runtime_error with one line if the file is missing, truncated, too long, or no IDX of unsigned
/// bytes with `rank` dimensions.
IdxArray read_idx(const std::filesystem::path& file, std::size_t rank);

}  // namespace kasane
