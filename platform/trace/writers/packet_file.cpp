#include "platform/trace/writers/packet_file.h"

#include <stdexcept>
#include <zlib.h>

#include "platform/trace/perfetto.pb.h"

namespace kasane {
namespace {

constexpr std::size_t bundle_bytes = 128 * 1024;

/// A trace is nothing but its packets, each behind the tag and the length of Trace.packet.
void append_packet(std::string& bytes, const perfetto::TracePacket& packet) {
  constexpr char packet_tag = 1 << 3 | 2;  // field 1, length-delimited
  bytes += packet_tag;
  const std::size_t size = packet.ByteSizeLong();
  for (std::size_t length = size;; length >>= 7) {
    bytes += static_cast<char>((length & 0x7f) | (length > 0x7f ? 0x80 : 0));
    if (length <= 0x7f) break;
  }
  const std::size_t begin = bytes.size();
  bytes.resize(begin + size);
  packet.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(bytes.data() + begin));
}

}  // namespace

void PacketFile::put(const perfetto::TracePacket& packet) {
  if (compress_) {
    append_packet(bundle_, packet);
    if (bundle_.size() >= bundle_bytes) write_bundle();
    return;
  }
  buffer_.clear();
  append_packet(buffer_, packet);
  file_.write(buffer_);
}

void PacketFile::write_bundle() {
  if (bundle_.empty()) return;
  uLongf size = compressBound(bundle_.size());
  std::string compressed(size, '\0');
  const int status = ::compress(reinterpret_cast<Bytef*>(compressed.data()), &size,
                                reinterpret_cast<const Bytef*>(bundle_.data()), bundle_.size());
  if (status != Z_OK) throw std::runtime_error("zlib cannot compress the trace: " + std::to_string(status));
  compressed.resize(size);
  perfetto::TracePacket packet;
  packet.set_compressed_packets(std::move(compressed));
  buffer_.clear();
  append_packet(buffer_, packet);
  file_.write(buffer_);
  bundle_.clear();
}

void PacketFile::flush_if_due() {
  if (compress_ && file_.flush_is_due()) write_bundle();
  file_.flush_if_due();
}

void PacketFile::close() {
  write_bundle();
  file_.close();
}

}  // namespace kasane
