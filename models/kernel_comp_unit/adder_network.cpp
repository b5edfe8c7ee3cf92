#include "models/kernel_comp_unit/adder_network.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <map>

namespace kasane::kcu {
namespace {

/// Bits of two's complement that hold every value of the linear form over taps from -128 to 127, or, if it is
/// the negative of the form that has to be held, of that; `wires` lowest bits are always 0 and not counted.
std::uint32_t width_of(std::span<const std::int32_t> form, std::uint32_t wires = 0, bool negative = false) {
  std::int64_t low = 0;
  std::int64_t high = 0;
  for (const std::int32_t c : form) {
    const std::int32_t factor = negative ? -c : c;
    low += factor > 0 ? -128LL * factor : 127LL * factor;
    high += factor > 0 ? 127LL * factor : -128LL * factor;
  }
  const std::uint64_t magnitude = std::max<std::int64_t>(high, -low - 1);
  return static_cast<std::uint32_t>(std::bit_width(magnitude >> wires)) + 1;
}

}  // namespace

std::vector<std::int8_t> canonical_signed_digits(std::uint32_t value) {
  std::vector<std::int8_t> digits;
  for (std::int64_t rest = value; rest != 0; rest /= 2) {
    std::int8_t digit = 0;
    if (rest % 2 != 0) {
      digit = rest % 4 == 1 ? 1 : -1;
      rest -= digit;
    }
    digits.push_back(digit);
  }
  return digits;
}

AdderNetwork::AdderNetwork(std::span<const std::int8_t> constants) : taps_(constants.size()) {
  std::map<std::uint32_t, std::vector<Value>> groups;  // by odd magnitude
  for (std::size_t index = 0; index < constants.size(); ++index) {
    const std::int32_t constant = constants[index];
    if (constant == 0) continue;
    const auto magnitude = static_cast<std::uint32_t>(std::abs(constant));
    const auto shift = static_cast<std::uint32_t>(std::countr_zero(magnitude));
    groups[magnitude >> shift].push_back(shifted(tap(index), shift, constant < 0));
  }
  if (groups.empty()) {
    zero_ = true;
    return;
  }
  std::vector<Value> products;
  for (auto& [odd, terms] : groups) products.push_back(times(sum(std::move(terms)), odd));
  const Value response = sum(std::move(products));
  response_ = response.wire;
  response_width_ = width_of(response.form);
  if (response_.negative) {
    const AdderInput zero{
        .is_tap = true, .index = static_cast<std::uint32_t>(taps_), .shift = response_.shift};
    response_ = append(zero, response_, response.form);
  }
}

AdderNetwork::Value AdderNetwork::tap(std::size_t index) const {
  Value value{.wire = {.is_tap = true, .index = static_cast<std::uint32_t>(index)},
              .form = std::vector<std::int32_t>(taps_)};
  value.form[index] = 1;
  return value;
}

AdderNetwork::Value AdderNetwork::shifted(Value value, std::uint32_t shift, bool negative) const {
  value.wire.shift += shift;
  value.wire.negative ^= negative;
  for (std::int32_t& c : value.form) c = (negative ? -c : c) * (1 << shift);
  return value;
}

AdderNetwork::Value AdderNetwork::add(const Value& a, const Value& b) {
  Value result{.wire = {}, .form = std::vector<std::int32_t>(taps_)};
  for (std::size_t i = 0; i < taps_; ++i) result.form[i] = a.form[i] + b.form[i];
  result.wire = append(a.wire, b.wire, result.form);
  return result;
}

/// Two values to subtract are added and subtracted later: adders take at most one negative input. Bits that
/// both shifts leave 0 pass the adder by.
AdderInput AdderNetwork::append(AdderInput a, AdderInput b, std::span<const std::int32_t> form) {
  const std::uint32_t wires = std::min(a.shift, b.shift);
  const bool both = a.negative && b.negative;
  for (AdderInput* input : {&a, &b}) {
    input->shift -= wires;
    input->negative = input->negative && !both;
  }
  adders_.push_back({.a = a, .b = b, .width = width_of(form, wires, both)});
  return {.is_tap = false,
          .index = static_cast<std::uint32_t>(adders_.size() - 1),
          .shift = wires,
          .negative = both};
}

AdderNetwork::Value AdderNetwork::times(const Value& value, std::uint32_t odd) {
  std::vector<Value> terms;
  const std::vector<std::int8_t> digits = canonical_signed_digits(odd);
  for (std::uint32_t position = 0; position < digits.size(); ++position) {
    if (digits[position] != 0) terms.push_back(shifted(value, position, digits[position] < 0));
  }
  return sum(std::move(terms));
}

/// As a balanced tree, neighbours first.
AdderNetwork::Value AdderNetwork::sum(std::vector<Value> terms) {
  while (terms.size() > 1) {
    std::vector<Value> half;
    for (std::size_t i = 0; i + 1 < terms.size(); i += 2) half.push_back(add(terms[i], terms[i + 1]));
    if (terms.size() % 2 != 0) half.push_back(std::move(terms.back()));
    terms = std::move(half);
  }
  return std::move(terms.front());
}

std::int64_t AdderNetwork::value_of(const AdderInput& wire, std::span<const std::int8_t> taps,
                                    std::span<const std::int64_t> results) const {
  std::int64_t value = 0;
  if (!wire.is_tap) {
    value = results[wire.index];
  } else if (wire.index < taps_) {
    value = taps[wire.index];
  }
  value *= std::int64_t{1} << wire.shift;
  return wire.negative ? -value : value;
}

std::int32_t AdderNetwork::evaluate(std::span<const std::int8_t> taps) const {
  if (zero_) return 0;
  std::vector<std::int64_t> results;
  for (const Adder& adder : adders_) {
    results.push_back(value_of(adder.a, taps, results) + value_of(adder.b, taps, results));
  }
  return static_cast<std::int32_t>(value_of(response_, taps, results));
}

}  // namespace kasane::kcu
