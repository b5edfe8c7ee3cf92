#include "sw/compiler/gzip_stream.h"

#include <new>
#include <stdexcept>

namespace kasane {
namespace {

constexpr int gzip_format = 16 + MAX_WBITS;

}  // namespace

GzipStream::GzipStream(const std::filesystem::path& file, const std::string& expected)
    : file_(file), source_(file, std::ios::binary) {
  if (!source_ || std::filesystem::is_directory(file))
    throw std::runtime_error(file.string() + ": cannot be opened, expected " + expected);
  if (inflateInit2(&stream_, gzip_format) != Z_OK) throw std::bad_alloc();
}

GzipStream::~GzipStream() {
  inflateEnd(&stream_);
}

std::size_t GzipStream::read(std::span<std::uint8_t> target) {
  stream_.next_out = target.data();
  stream_.avail_out = static_cast<unsigned>(target.size());
  while (stream_.avail_out != 0 && !ended_) {
    if (stream_.avail_in == 0) refill();
    unpack();
  }
  return target.size() - stream_.avail_out;
}

void GzipStream::refill() {
  source_.read(reinterpret_cast<char*>(packed_.data()), static_cast<std::streamsize>(packed_.size()));
  stream_.next_in = packed_.data();
  stream_.avail_in = static_cast<unsigned>(source_.gcount());
}

void GzipStream::unpack() {
  const int status = inflate(&stream_, Z_NO_FLUSH);
  if (status == Z_STREAM_END) {
    // A gzip file may be several, one after the other.
    if (stream_.avail_in == 0) refill();
    ended_ = stream_.avail_in == 0;
    if (!ended_) inflateReset(&stream_);
  } else if (status != Z_OK) {  // without input inflate() makes no progress and says so
    throw std::runtime_error(file_.string() + ": is truncated or corrupt, expected a whole gzip file");
  }
}

}  // namespace kasane
