#include "sw/compiler/idx.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <zlib.h>

namespace kasane {
namespace {

constexpr std::uint64_t max_bytes = std::uint64_t{1} << 30;
constexpr std::uint8_t unsigned_byte = 0x08;  // IDX's code of the element type

/// zlib reads plain files as they are.
class GzipReader {
 public:
  explicit GzipReader(const std::filesystem::path& file)
      : name_(file.string()), handle_(gzopen(name_.c_str(), "rb"), &gzclose) {
    if (!handle_ || std::filesystem::is_directory(file)) fail("cannot be opened, expected an IDX file");
    gzbuffer(handle_.get(), 1U << 17);
  }

  void read(std::uint8_t* target, std::uint64_t bytes, const std::string& what) {
    if (read_up_to(target, bytes) != bytes) fail("ends early, expected " + what);
  }

  void expect_end() {
    std::uint8_t byte = 0;
    if (read_up_to(&byte, 1) != 0) fail("goes on after its last element, expected its end");
  }

  [[noreturn]] void fail(const std::string& what) const { throw std::runtime_error(name_ + ": " + what); }

 private:
  std::uint64_t read_up_to(std::uint8_t* target, std::uint64_t bytes) {
    std::uint64_t done = 0;
    while (done < bytes) {
      const auto part = static_cast<unsigned>(std::min<std::uint64_t>(bytes - done, 1U << 24));
      const int count = gzread(handle_.get(), target + done, part);
      if (count <= 0) break;
      done += static_cast<std::uint64_t>(count);
    }
    int error = Z_OK;
    gzerror(handle_.get(), &error);
    if (error != Z_OK && error != Z_STREAM_END) fail("is truncated or corrupt, expected a whole gzip stream");
    return done;
  }

  std::string name_;
  std::unique_ptr<gzFile_s, int (*)(gzFile_s*)> handle_;
};

}  // namespace

IdxArray read_idx(const std::filesystem::path& file, std::size_t rank) {
  GzipReader reader(file);
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
