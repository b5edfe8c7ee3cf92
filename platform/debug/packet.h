/// Packets of GDB's remote serial protocol: `$payload#checksum`, acknowledgements, and Ctrl-C between them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kasane::gdb {

/// One thing that a client sent.
struct Incoming {
  enum class Kind : std::uint8_t {
    packet,        ///< `payload` holds its bytes, escapes undone
    damaged,       ///< a packet whose checksum is wrong, or that is too long
    interrupt,     ///< Ctrl-C
    not_received,  ///< the client wants our last packet again
  };
  Kind kind = Kind::packet;
  std::string payload;
};

/// Cuts a stream of bytes into packets. What lies between packets and means nothing is skipped.
class PacketReader {
 public:
  /// Packets of a longer payload count as damaged.
  explicit PacketReader(std::size_t longest) : longest_(longest) {}

  /// What these bytes complete, in their order.
  std::vector<Incoming> read(std::string_view bytes);

 private:
  enum class State : std::uint8_t { between, payload, escaped, first_digit, second_digit };
  void take_between(char byte, std::vector<Incoming>& found);
  void take_payload(char byte);
  void append(char byte);
  void finish(char second_digit, std::vector<Incoming>& found);

  std::size_t longest_;
  State state_ = State::between;
  std::string payload_;
  bool too_long_ = false;
  std::uint8_t sum_ = 0;
  char first_digit_ = 0;
};

/// The payload as a packet. It must not contain '$', '#', '}' or '*' unless escaped.
std::string frame(std::string_view payload);

/// Binary data for use within a payload.
std::string escape(std::string_view bytes);

}  // namespace kasane::gdb
