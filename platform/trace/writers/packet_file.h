/// A file of Perfetto packets, plain or compressed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "platform/trace/output_file.h"

namespace kasane::perfetto {
class TracePacket;
}

namespace kasane {

/// Compressed packets are bundled: a bundle opens on its own, so that a file cut off loses no more than its
/// last one.
class PacketFile {
 public:
  PacketFile(const std::filesystem::path& path, bool compress) : file_(path), compress_(compress) {}

  void put(const perfetto::TracePacket& packet);
  void flush_if_due();
  void close();

 private:
  void write_bundle();

  OutputFile file_;
  bool compress_;
  std::string bundle_;  ///< serialized packets that wait for being compressed
  std::string buffer_;
};

}  // namespace kasane
