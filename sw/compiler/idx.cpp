#include "sw/compiler/idx.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>
#include <zlib.h>

namespace kasane {
namespace {

constexpr std::uint64_t max_bytes = std::uint64_t{1} << 30;
constexpr std::uint8_t unsigned_byte = 0x08;  // IDX's code of the element type

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& what) {
  throw std::runtime_error(file.string() + ": " + what);
}

std::vector<std::uint8_t> read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream || std::filesystem::is_directory(file)) refuse(file, "cannot be opened, expected an IDX file");
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Unpacks one gzip stream to its very end, the checksum behind the data included: zlib's own file reader
/// takes a stream whose last bytes are cut off.
std::vector<std::uint8_t> gunzip(const std::filesystem::path& file, std::vector<std::uint8_t>& packed) {
  constexpr int gzip_format = 16 + MAX_WBITS;
  constexpr std::size_t step = std::size_t{1} << 22;
  z_stream stream{};
  if (inflateInit2(&stream, gzip_format) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, &inflateEnd);
  stream.next_in = packed.data();
  stream.avail_in = static_cast<unsigned>(packed.size());
  std::vector<std::uint8_t> bytes;
  int status = Z_OK;
  while (status == Z_OK && bytes.size() <= max_bytes) {
    const std::size_t done = bytes.size();
    bytes.resize(done + step);
    stream.next_out = bytes.data() + done;
    stream.avail_out = static_cast<unsigned>(step);
    status = inflate(&stream, Z_NO_FLUSH);
    bytes.resize(bytes.size() - stream.avail_out);
  }
  if (status != Z_STREAM_END) refuse(file, "is truncated or corrupt, expected a whole gzip stream");
  return bytes;
}

/// Takes a file's bytes from front to back.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& file) : file_(file), bytes_(read_file(file)) {
    const bool packed = bytes_.size() >= 2 && bytes_[0] == 0x1F && bytes_[1] == 0x8B;
    if (packed) bytes_ = gunzip(file, bytes_);
  }

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
