/// What does not round, against the host's comparisons, and tables of the specification.
#include "platform/cpu/float/compare.h"

#include <bit>
#include <cmath>
#include <gtest/gtest.h>

#include "tests/unit/cpu/float/operands.h"

namespace kasane::testing {
namespace {

using namespace cpu::ieee;

template <typename F>
class FloatComparison : public ::testing::Test {
 protected:
  using Bits = typename F::Bits;
  static typename F::Host host(Bits bits) { return std::bit_cast<typename F::Host>(bits); }

  /// Calls `check` with pairs of all special values, then random ones.
  template <typename Check>
  void for_pairs(Check check) {
    for (const Bits a : special_magnitudes<F>) {
      for (const Bits b : special_magnitudes<F>) {
        for (int signs = 0; signs < 4; ++signs) {
          check(with_sign<F>((signs & 1) != 0, a), with_sign<F>((signs & 2) != 0, b));
        }
      }
    }
    Operands<F> operands(13);
    for (int n = 0; n < 200'000; ++n) {
      const Bits a = operands.next();
      check(a, operands.next());
    }
  }
};
using Formats = ::testing::Types<Single, Double>;
TYPED_TEST_SUITE(FloatComparison, Formats);

TYPED_TEST(FloatComparison, OrdersAsTheHostDoes) {
  using F = TypeParam;
  this->for_pairs([this](auto a, auto b) {
    const auto x = this->host(a), y = this->host(b);
    const std::uint8_t quiet = is_signalling<F>(a) || is_signalling<F>(b) ? flag::invalid : 0;
    const std::uint8_t signalling = std::isnan(x) || std::isnan(y) ? flag::invalid : 0;
    Context context;
    ASSERT_EQ(equal<F>(a, b, context), x == y);
    ASSERT_EQ(context.flags, quiet);
    context.flags = 0;
    ASSERT_EQ(less<F>(a, b, context), x < y);
    ASSERT_EQ(context.flags, signalling);
    context.flags = 0;
    ASSERT_EQ(less_or_equal<F>(a, b, context), x <= y);
    ASSERT_EQ(context.flags, signalling);
  });
}

TYPED_TEST(FloatComparison, MinimumAndMaximumPreferNumbers) {
  using F = TypeParam;
  this->for_pairs([this](auto a, auto b) {
    const auto x = this->host(a), y = this->host(b);
    auto low = canonical_nan<F>, high = canonical_nan<F>;
    if (std::isnan(x) != std::isnan(y)) {
      low = high = std::isnan(x) ? b : a;
    } else if (!std::isnan(x)) {
      // Values first, then signs: only zeros differ in sign alone.
      const bool ascending = x < y || (x == y && std::signbit(x));
      low = ascending ? a : b;
      high = ascending ? b : a;
    }
    Context context;
    ASSERT_EQ(minimum<F>(a, b, context), low) << std::hex << +a << ' ' << +b;
    ASSERT_EQ(maximum<F>(a, b, context), high) << std::hex << +a << ' ' << +b;
    ASSERT_EQ(context.flags, is_signalling<F>(a) || is_signalling<F>(b) ? flag::invalid : 0);
  });
}

TYPED_TEST(FloatComparison, ClassesAreTheSpecifications) {
  using F = TypeParam;
  this->for_pairs([this](auto a, auto) {
    const auto x = this->host(a);
    const bool negative = std::signbit(x);
    std::uint32_t expected = 0;
    switch (std::fpclassify(x)) {
      case FP_INFINITE:
        expected = negative ? 1u << 0 : 1u << 7;
        break;
      case FP_NORMAL:
        expected = negative ? 1u << 1 : 1u << 6;
        break;
      case FP_SUBNORMAL:
        expected = negative ? 1u << 2 : 1u << 5;
        break;
      case FP_ZERO:
        expected = negative ? 1u << 3 : 1u << 4;
        break;
      default:
        expected = is_signalling<F>(a) ? 1u << 8 : 1u << 9;
    }
    ASSERT_EQ(classify<F>(a), expected) << std::hex << +a;
  });
}

TYPED_TEST(FloatComparison, SignsMoveWithoutTouchingTheRest) {
  using F = TypeParam;
  this->for_pairs([](auto a, auto b) {
    const bool s = is_negative<F>(a), t = is_negative<F>(b);
    ASSERT_EQ(copy_sign<F>(a, b), with_sign<F>(t, a));
    ASSERT_EQ(copy_opposite_sign<F>(a, b), with_sign<F>(!t, a));
    ASSERT_EQ(multiply_sign<F>(a, b), with_sign<F>(s != t, a));
  });
}

TEST(FloatNan, PatternsAreIeees) {
  EXPECT_EQ(canonical_nan<Single>, 0x7FC00000u);
  EXPECT_EQ(canonical_nan<Double>, 0x7FF8000000000000u);
  EXPECT_TRUE(is_signalling<Single>(0x7F800001u));
  EXPECT_TRUE(is_signalling<Single>(0xFFBFFFFFu));
  EXPECT_FALSE(is_signalling<Single>(0x7FC00000u));
  EXPECT_FALSE(is_nan<Single>(0x7F800000u));
}

}  // namespace
}  // namespace kasane::testing
