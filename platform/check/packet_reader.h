/// Packets of a Perfetto trace, one at a time; compressed ones are unpacked on the way.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "platform/trace/perfetto.pb.h"

namespace kasane::checks {

/// Bytes in order: a file's, or what zlib inflates from some.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Reads up to `size` bytes; fewer only at the end.
  virtual std::size_t read(char* bytes, std::size_t size) = 0;
};

/// Memory is bounded by the longest packet. Throws CannotRead, and Malformed for bytes that are no trace.
class PacketReader {
 public:
  explicit PacketReader(const std::filesystem::path& path);

  /// The next packet that is not compressed; false at the end.
  bool next(perfetto::TracePacket& packet);

  /// Packets given so far.
  std::uint64_t packets() const { return packets_; }
  std::uint64_t compressed() const { return compressed_; }
  /// After the last packet: whether the file ends within one.
  bool ends_within_packet() const { return ends_within_packet_; }

 private:
  enum class Got : std::uint8_t { packet, end, cut };

  Got read_message(ByteSource& source);
  void unpack(const std::string& compressed);

  std::unique_ptr<ByteSource> file_;
  std::unique_ptr<ByteSource> inflated_;  ///< while within a compressed packet
  std::string compressed_bytes_;          ///< what `inflated_` reads
  std::string message_;
  std::uint64_t packets_ = 0;
  std::uint64_t compressed_ = 0;
  bool ends_within_packet_ = false;
};

}  // namespace kasane::checks
