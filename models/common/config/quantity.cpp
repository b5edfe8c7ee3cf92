#include "models/common/config/quantity.h"

#include <array>
#include <charconv>
#include <cmath>
#include <span>
#include <stdexcept>
#include <string>

namespace kasane {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

constexpr std::array byte_units{Unit{"B", 1}, Unit{"KiB", 1024}, Unit{"MiB", 1048576},
                                Unit{"GiB", 1073741824}};
constexpr std::array frequency_units{Unit{"Hz", 1}, Unit{"kHz", 1e3}, Unit{"MHz", 1e6}, Unit{"GHz", 1e9}};
constexpr std::array time_units{Unit{"ps", 1}, Unit{"ns", 1e3}, Unit{"us", 1e6}, Unit{"ms", 1e9},
                                Unit{"s", 1e12}};
constexpr std::array voltage_units{Unit{"V", 1}, Unit{"mV", 1e-3}};

struct DimensionFacts {
  std::span<const Unit> units;
  std::string_view expected;
};

DimensionFacts facts(Dimension dimension) {
  switch (dimension) {
    case Dimension::bytes:
      return {byte_units, "a size such as 256 KiB (B, KiB, MiB, GiB)"};
    case Dimension::frequency:
      return {frequency_units, "a frequency such as 500 MHz (Hz, kHz, MHz, GHz)"};
    case Dimension::time:
      return {time_units, "a time such as 10 us (ps, ns, us, ms, s)"};
    case Dimension::voltage:
      return {voltage_units, "a voltage such as 0.9 V (V, mV)"};
  }
  return {};
}

[[noreturn]] void refuse(std::string_view text, std::string_view expected) {
  throw std::invalid_argument("expected " + std::string(expected) + ", got '" + std::string(text) + "'");
}

}  // namespace

double parse_quantity(std::string_view text, Dimension dimension) {
  const auto [units, expected] = facts(dimension);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || !std::isfinite(number)) refuse(text, expected);
  std::string_view suffix = text.substr(static_cast<std::size_t>(end - text.data()));
  while (suffix.starts_with(' ')) suffix.remove_prefix(1);
  for (const Unit& unit : units) {
    if (suffix == unit.name) return number * unit.factor;
  }
  refuse(text, expected);
}

std::uint64_t parse_whole_quantity(std::string_view text, Dimension dimension) {
  const double value = parse_quantity(text, dimension);
  const double whole = std::round(value);
  constexpr double limit = 9223372036854775808.0;  // 2^63
  // "1.1 GHz" is not exactly representable; accept what is whole up to the rounding of a double.
  if (value < 0 || whole >= limit || std::abs(value - whole) > 1e-9 * std::max(1.0, whole)) {
    refuse(text, std::string(facts(dimension).expected) + " that is a whole number of base units");
  }
  return static_cast<std::uint64_t>(whole);
}

}  // namespace kasane
