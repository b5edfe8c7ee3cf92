/// The packets that read and write registers and memory, and that set breakpoints and watchpoints.
#include <algorithm>

#include "platform/debug/protocol_limits.h"
#include "platform/debug/registers.h"
#include "platform/debug/session.h"

namespace kasane::gdb {
namespace {

constexpr std::size_t register_digits = 16;

/// A register's bytes, the lowest first.
std::optional<std::uint64_t> register_value(std::string_view text) {
  const auto bytes = from_hex(text);
  if (!bytes || bytes->size() != 8) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t byte = 0; byte < bytes->size(); ++byte) {
    value |= std::uint64_t{(*bytes)[byte]} << (8 * byte);
  }
  return value;
}

}  // namespace

Session::Reply Session::read_all_registers() const {
  std::string text;
  for (std::uint32_t number = 0; number < general_registers; ++number) {
    text += register_to_hex(read_register(hart_, number).value_or(0));
  }
  return text;
}

Session::Reply Session::write_all_registers(Cursor text) {
  const std::string_view digits = text.rest();
  if (digits.size() != general_registers * register_digits) return error_reply;
  for (std::uint32_t number = 0; number < general_registers; ++number) {
    const auto value = register_value(digits.substr(number * register_digits, register_digits));
    if (!value || !write_register(hart_, number, *value)) return error_reply;
  }
  return "OK";
}

Session::Reply Session::read_one_register(Cursor text) const {
  const auto number = text.number();
  const auto value = number && text.at_end() ? read_register(hart_, *number) : std::nullopt;
  return value ? register_to_hex(*value) : error_reply;
}

Session::Reply Session::write_one_register(Cursor text) {
  const auto number = text.number();
  const auto value = number && text.take('=') ? register_value(text.rest()) : std::nullopt;
  return value && write_register(hart_, *number, *value) ? "OK" : error_reply;
}

/// As many bytes as there are, up to those asked for: the client takes fewer.
Session::Reply Session::read_memory(Cursor text) {
  const auto address = text.number();
  const auto length = text.number_after(',');
  if (!address || !length) return error_reply;
  std::vector<std::uint8_t> bytes(std::min<std::uint64_t>(*length, longest_payload / 2));
  while (!bytes.empty() && !hart_.read_memory(*address, bytes)) bytes.resize(bytes.size() / 2);
  if (bytes.empty() && *length != 0) return error_reply;
  return to_hex(bytes);
}

Session::Reply Session::write_memory(Cursor text, bool is_binary) {
  const auto address = text.number();
  const auto length = text.number_after(',');
  if (!address || !length || !text.take(':')) return error_reply;
  const std::string_view rest = text.rest();
  const auto bytes = is_binary ? std::vector<std::uint8_t>(rest.begin(), rest.end()) : from_hex(rest);
  if (!bytes || bytes->size() != *length) return error_reply;
  return bytes->empty() || hart_.write_memory(*address, *bytes) ? "OK" : error_reply;
}

Session::Reply Session::change_point(Cursor text, bool is_added) {
  const auto type = text.number();
  const auto address = text.number_after(',');
  const auto bytes = text.number_after(',');
  if (!type || !address || !bytes) return error_reply;
  const bool done = is_added ? points_.add(*type, *address, *bytes) : points_.remove(*type, *address, *bytes);
  return done ? "OK" : "";
}

}  // namespace kasane::gdb
