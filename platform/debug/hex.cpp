#include "platform/debug/hex.h"

#include <array>

namespace kasane::gdb {

std::optional<std::uint32_t> hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return static_cast<std::uint32_t>(digit - '0');
  if (digit >= 'a' && digit <= 'f') return static_cast<std::uint32_t>(digit - 'a') + 10;
  if (digit >= 'A' && digit <= 'F') return static_cast<std::uint32_t>(digit - 'A') + 10;
  return std::nullopt;
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 0xF];
  }
  return text;
}

std::string text_to_hex(std::string_view text) {
  return to_hex({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

std::string number_to_hex(std::uint64_t number) {
  std::string text;
  do {
    text.insert(text.begin(), "0123456789abcdef"[number & 0xF]);
    number >>= 4;
  } while (number != 0);
  return text;
}

std::string register_to_hex(std::uint64_t value) {
  std::array<std::uint8_t, 8> bytes;
  for (std::uint8_t& byte : bytes) {
    byte = static_cast<std::uint8_t>(value);
    value >>= 8;
  }
  return to_hex(bytes);
}

std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::vector<std::uint8_t> bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t at = 0; at < text.size(); at += 2) {
    const auto high = hex_digit(text[at]);
    const auto low = hex_digit(text[at + 1]);
    if (!high || !low) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(*high << 4 | *low));
  }
  return bytes;
}

bool Cursor::take(char character) {
  return take(std::string_view(&character, 1));
}

bool Cursor::take(std::string_view word) {
  if (!text_.starts_with(word)) return false;
  text_.remove_prefix(word.size());
  return true;
}

std::optional<std::uint64_t> Cursor::number() {
  std::uint64_t value = 0;
  std::size_t digits = 0;
  for (; digits < text_.size(); ++digits) {
    const auto digit = hex_digit(text_[digits]);
    if (!digit) break;
    if (value >> 60 != 0) return std::nullopt;
    value = value << 4 | *digit;
  }
  if (digits == 0) return std::nullopt;
  text_.remove_prefix(digits);
  return value;
}

std::optional<std::uint64_t> Cursor::number_after(char character) {
  return take(character) ? number() : std::nullopt;
}

}  // namespace kasane::gdb
