#include "platform/check/packet_reader.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>
#include <zlib.h>

#include "platform/check/csv_reader.h"
#include "platform/check/findings.h"

namespace kasane::checks {
namespace {

/// Protobuf: field 1, length-delimited; the only field of Trace.
constexpr std::uint8_t packet_tag = (1U << 3U) | 2U;
constexpr std::uint64_t longest_packet = std::uint64_t{1} << 28;

class FileSource : public ByteSource {
 public:
  explicit FileSource(const std::filesystem::path& path)
      : path_(path), file_(std::fopen(path.c_str(), "rb")) {
    if (!file_) throw CannotRead(path.string() + ": " + std::strerror(errno));
    std::setvbuf(file_.get(), nullptr, _IOFBF, std::size_t{1} << 20);
  }
  std::size_t read(char* bytes, std::size_t size) override {
    const std::size_t count = std::fread(bytes, 1, size, file_.get());
    if (count < size && std::ferror(file_.get())) {
      throw CannotRead(path_.string() + ": " + std::strerror(errno));
    }
    return count;
  }

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Closer> file_;
};

class InflatedSource : public ByteSource {
 public:
  /// `compressed` must outlive this.
  explicit InflatedSource(std::string& compressed) {
    stream_.next_in = reinterpret_cast<Bytef*>(compressed.data());
    stream_.avail_in = static_cast<uInt>(compressed.size());
    if (inflateInit(&stream_) != Z_OK) throw std::bad_alloc();
  }
  ~InflatedSource() override { inflateEnd(&stream_); }
  InflatedSource(const InflatedSource&) = delete;
  InflatedSource& operator=(const InflatedSource&) = delete;

  std::size_t read(char* bytes, std::size_t size) override {
    stream_.next_out = reinterpret_cast<Bytef*>(bytes);
    stream_.avail_out = static_cast<uInt>(size);
    while (stream_.avail_out > 0 && !ended_) {
      const int result = inflate(&stream_, Z_NO_FLUSH);
      ended_ = result == Z_STREAM_END;
      if (result != Z_OK && !ended_) throw Malformed("compressed packets: not what zlib deflates");
    }
    return size - stream_.avail_out;
  }

 private:
  z_stream stream_{};
  bool ended_ = false;
};

}  // namespace

PacketReader::PacketReader(const std::filesystem::path& path) : file_(std::make_unique<FileSource>(path)) {}

/// Reads the bytes of one packet into message_.
PacketReader::Got PacketReader::read_message(ByteSource& source) {
  char byte = 0;
  if (source.read(&byte, 1) == 0) return Got::end;
  const std::string where = "after packet " + std::to_string(packets_) + ": ";
  if (static_cast<std::uint8_t>(byte) != packet_tag) throw Malformed(where + "expected a packet's tag");
  std::uint64_t length = 0;
  for (unsigned shift = 0;; shift += 7) {
    if (source.read(&byte, 1) == 0) return Got::cut;
    length |= (static_cast<std::uint64_t>(byte) & 0x7fU) << shift;
    if (length > longest_packet || shift > 28) throw Malformed(where + "a packet's length is impossible");
    if ((static_cast<std::uint8_t>(byte) & 0x80U) == 0) break;
  }
  message_.resize(length);
  return source.read(message_.data(), length) == length ? Got::packet : Got::cut;
}

void PacketReader::unpack(const std::string& compressed) {
  if (inflated_) throw Malformed("packet " + std::to_string(packets_) + ": compressed within compressed");
  ++compressed_;
  compressed_bytes_ = compressed;
  inflated_ = std::make_unique<InflatedSource>(compressed_bytes_);
}

bool PacketReader::next(perfetto::TracePacket& packet) {
  while (true) {
    const Got got = read_message(inflated_ ? *inflated_ : *file_);
    if (inflated_ && got == Got::cut) throw Malformed("compressed packets: end within a packet");
    if (inflated_ && got == Got::end) {
      inflated_.reset();
      continue;
    }
    if (got != Got::packet) {
      ends_within_packet_ = got == Got::cut;
      return false;
    }
    if (!packet.ParseFromString(message_)) {
      throw Malformed("packet " + std::to_string(packets_ + 1) + ": not a TracePacket");
    }
    if (packet.has_compressed_packets()) {
      unpack(packet.compressed_packets());
      continue;
    }
    ++packets_;
    return true;
  }
}

}  // namespace kasane::checks
