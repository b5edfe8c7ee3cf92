#include "sw/compiler/idx.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "sw/compiler/gzip_stream.h"

namespace kasane {
namespace {

constexpr std::uint64_t max_bytes = std::uint64_t{1} << 30;
constexpr const char* expected_file = "an IDX file";
constexpr std::uint8_t unsigned_byte = 0x08;  // IDX's code of the element type

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& what) {
  throw std::runtime_error(file.string() + ": " + what);
}

std::vector<std::uint8_t> gunzip(const std::filesystem::path& file) {
  constexpr std::size_t step = std::size_t{1} << 22;
  GzipStream stream(file, expected_file);
  std::vector<std::uint8_t> bytes;
  std::size_t got = step;
  while (got == step && bytes.size() <= max_bytes) {
    const std::size_t done = bytes.size();
    bytes.resize(done + step);
    got = stream.read(std::span(bytes).subspan(done));
    bytes.resize(done + got);
  }
  if (bytes.size() > max_bytes) refuse(file, "unpacks to too much, expected at most 1 GiB");
  return bytes;
}

/// The file's bytes, unpacked if they begin like a gzip file's.
std::vector<std::uint8_t> read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream || std::filesystem::is_directory(file))
    refuse(file, std::string("cannot be opened, expected ") + expected_file);
  if (stream.get() == 0x1F && stream.get() == 0x8B) return gunzip(file);
  stream.clear();
  stream.seekg(0);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Takes a file's bytes from front to back.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& file) : file_(file), bytes_(read_file(file)) {}

  void read(std::uint8_t* target, std::uint64_t bytes, const std::string& what) {
    if (bytes > bytes_.size() - taken_) fail("ends early, expected " + what);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(taken_), bytes, target);
    taken_ += bytes;
  }

  void expect_end() const {
    if (taken_ != bytes_.size()) fail("goes on after its last element, expected its end");
  }

  [[noreturn]] void fail(const std::string& what) const { refuse(file_, what); }

 private:
  std::filesystem::path file_;
  std::vector<std::uint8_t> bytes_;
  std::size_t taken_ = 0;
};

}  // namespace

IdxArray read_idx(const std::filesystem::path& file, std::size_t rank) {
  Reader reader(file);
  std::uint8_t magic[4] = {};
  reader.read(magic, sizeof(magic), "the 4 bytes of an IDX magic number");
  if (magic[0] != 0 || magic[1] != 0 || magic[2] != unsigned_byte || magic[3] != rank)
    reader.fail("is no IDX file of unsigned bytes in " + std::to_string(rank) +
                " dimensions, expected it to begin 0 0 8 " + std::to_string(rank));
  IdxArray array;
  std::uint64_t bytes = 1;
  for (std::size_t i = 0; i < rank; ++i) {
    std::uint8_t size[4] = {};
    reader.read(size, sizeof(size), "the size of dimension " + std::to_string(i));
    array.dims.push_back(std::uint32_t{size[0]} << 24 | std::uint32_t{size[1]} << 16 |
                         std::uint32_t{size[2]} << 8 | size[3]);
    if (array.dims.back() == 0 || array.dims.back() > max_bytes || (bytes *= array.dims.back()) > max_bytes)
      reader.fail("has an impossible size of dimension " + std::to_string(i) +
                  ", expected 1 byte to 1 GiB in all");
  }
  array.values.resize(bytes);
  reader.read(array.values.data(), bytes, std::to_string(bytes) + " bytes of elements");
  reader.expect_end();
  return array;
}

}  // namespace kasane
