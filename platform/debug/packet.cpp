#include "platform/debug/packet.h"

#include "platform/debug/hex.h"

namespace kasane::gdb {
namespace {

constexpr char interrupt_byte = 0x03;
constexpr char escape_byte = '}';
constexpr char escape_mask = 0x20;

}  // namespace

std::vector<Incoming> PacketReader::read(std::string_view bytes) {
  std::vector<Incoming> found;
  for (const char byte : bytes) {
    switch (state_) {
      case State::between:
        take_between(byte, found);
        break;
      case State::payload:
        take_payload(byte);
        break;
      case State::escaped:
        sum_ = static_cast<std::uint8_t>(sum_ + static_cast<std::uint8_t>(byte));
        append(static_cast<char>(byte ^ escape_mask));
        state_ = State::payload;
        break;
      case State::first_digit:
        first_digit_ = byte;
        state_ = State::second_digit;
        break;
      case State::second_digit:
        finish(byte, found);
        break;
    }
  }
  return found;
}

void PacketReader::take_between(char byte, std::vector<Incoming>& found) {
  if (byte == interrupt_byte) found.push_back({Incoming::Kind::interrupt, {}});
  if (byte == '-') found.push_back({Incoming::Kind::not_received, {}});
  if (byte != '$') return;
  payload_.clear();
  too_long_ = false;
  sum_ = 0;
  state_ = State::payload;
}

void PacketReader::take_payload(char byte) {
  if (byte == '#') {
    state_ = State::first_digit;
    return;
  }
  if (byte == '$') {  // the rest of the one before was lost
    state_ = State::between;
    std::vector<Incoming> none;
    take_between(byte, none);
    return;
  }
  sum_ = static_cast<std::uint8_t>(sum_ + static_cast<std::uint8_t>(byte));
  if (byte == escape_byte) {
    state_ = State::escaped;
  } else {
    append(byte);
  }
}

void PacketReader::append(char byte) {
  if (payload_.size() < longest_) {
    payload_ += byte;
  } else {
    too_long_ = true;
  }
}

void PacketReader::finish(char second_digit, std::vector<Incoming>& found) {
  state_ = State::between;
  const auto high = hex_digit(first_digit_);
  const auto low = hex_digit(second_digit);
  const bool intact = high && low && (*high << 4 | *low) == sum_ && !too_long_;
  if (intact) {
    found.push_back({Incoming::Kind::packet, std::move(payload_)});
  } else {
    found.push_back({Incoming::Kind::damaged, {}});
  }
  payload_.clear();
}

std::string frame(std::string_view payload) {
  std::uint8_t sum = 0;
  for (const char byte : payload) sum = static_cast<std::uint8_t>(sum + static_cast<std::uint8_t>(byte));
  std::string packet = "$";
  packet += payload;
  packet += '#';
  packet += to_hex({&sum, 1});
  return packet;
}

std::string escape(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    if (byte == '$' || byte == '#' || byte == escape_byte || byte == '*') {
      text += escape_byte;
      text += static_cast<char>(byte ^ escape_mask);
    } else {
      text += byte;
    }
  }
  return text;
}

}  // namespace kasane::gdb
