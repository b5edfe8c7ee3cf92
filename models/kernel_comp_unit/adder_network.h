/// The multiplierless network that a hard-wired kernel becomes: shifts are wires, so only its adders cost.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace kasane::kcu {

/// Digits of the canonical signed digit form, lowest first: -1, 0 or 1, no two neighbours both non-zero.
std::vector<std::int8_t> canonical_signed_digits(std::uint32_t value);

/// An input tap or another adder's result, shifted left, perhaps subtracted.
struct AdderInput {
  bool is_tap = false;
  std::uint32_t index = 0;  ///< of the tap or the adder; the tap after the last one is the constant 0
  std::uint32_t shift = 0;
  bool negative = false;
};

struct Adder {
  AdderInput a;
  AdderInput b;
  std::uint32_t width = 0;  ///< fewest bits that hold every result, sign included
};

/// response = sum of constant * tap over int8 taps. Taps whose constants share their odd magnitude m
/// (constant = +-m * 2^e) are added first and multiplied by m once, by the signed digits of m:
///   adders = (taps of a non-zero constant - 1) + sum over the different m of (non-zero digits of m - 1)
/// and one more to negate if no term of the response is positive.
class AdderNetwork {
 public:
  explicit AdderNetwork(std::span<const std::int8_t> constants);

  /// In an order in which each one's inputs are known.
  const std::vector<Adder>& adders() const { return adders_; }
  /// Bits of the response, sign included.
  std::uint32_t response_width() const { return response_width_; }
  /// What the network makes of a window: what the wiring computes, adder by adder.
  std::int32_t evaluate(std::span<const std::int8_t> taps) const;

 private:
  /// An intermediate result as a linear form of the taps.
  struct Value {
    AdderInput wire;
    std::vector<std::int32_t> form;
  };
  Value tap(std::size_t index) const;
  Value shifted(Value value, std::uint32_t shift, bool negative) const;
  Value add(const Value& a, const Value& b);
  /// One adder more, for the sum `form` of both inputs; returns its result.
  AdderInput append(AdderInput a, AdderInput b, std::span<const std::int32_t> form);
  Value times(const Value& value, std::uint32_t odd);
  Value sum(std::vector<Value> terms);
  std::int64_t value_of(const AdderInput& wire, std::span<const std::int8_t> taps,
                        std::span<const std::int64_t> results) const;

  std::size_t taps_;
  std::vector<Adder> adders_;
  AdderInput response_;
  bool zero_ = false;
  std::uint32_t response_width_ = 1;
};

}  // namespace kasane::kcu
