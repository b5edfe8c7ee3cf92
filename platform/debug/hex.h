/// Numbers and bytes as hexadecimal text, as GDB's remote protocol writes them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kasane::gdb {

std::optional<std::uint32_t> hex_digit(char digit);

/// Two digits a byte.
std::string to_hex(std::span<const std::uint8_t> bytes);
std::string text_to_hex(std::string_view text);
/// A number without leading zeros.
std::string number_to_hex(std::uint64_t number);
/// The eight bytes of a register, the lowest first.
std::string register_to_hex(std::uint64_t value);

/// Empty where the text is not of pairs of digits.
std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text);

/// Reads a payload from front to back.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  /// Takes the next character if it is this one.
  bool take(char character);
  bool take(std::string_view word);
  /// Takes the hexadecimal number that comes next, of up to 64 bits.
  std::optional<std::uint64_t> number();
  /// The same after this character.
  std::optional<std::uint64_t> number_after(char character);
  std::string_view rest() const { return text_; }
  bool at_end() const { return text_.empty(); }

 private:
  std::string_view text_;
};

}  // namespace kasane::gdb
