/// Conversions against GNU MPFR, in five rounding modes, flags included.
#include "platform/cpu/float/convert.h"

#include <gtest/gtest.h>
#include <limits>

#include "tests/unit/cpu/float/mpfr_reference.h"
#include "tests/unit/cpu/float/operands.h"

namespace kasane::testing {
namespace {

using namespace cpu::ieee;

constexpr int rounds = 30'000;
constexpr std::array modes = {Rounding::nearest_even, Rounding::towards_zero, Rounding::down, Rounding::up,
                              Rounding::nearest_away};

/// `to` becomes the integer next to `from`; returns MPFR's ternary value.
int to_whole(mpfr_ptr to, mpfr_srcptr from, Rounding mode) {
  switch (mode) {
    case Rounding::nearest_even:
      return mpfr_rint(to, from, MPFR_RNDN);
    case Rounding::towards_zero:
      return mpfr_trunc(to, from);
    case Rounding::down:
      return mpfr_floor(to, from);
    case Rounding::up:
      return mpfr_ceil(to, from);
    default:
      return mpfr_round(to, from);  // halves away from zero
  }
}

template <typename Integer>
int set(mpfr_ptr to, Integer value, mpfr_rnd_t mode) {
  if constexpr (std::is_signed_v<Integer>) {
    return mpfr_set_si(to, value, mode);
  } else {
    return mpfr_set_ui(to, value, mode);
  }
}

template <typename F, typename Integer_>
struct Pair {
  using Format = F;
  using Integer = Integer_;
};

template <typename Types>
class FloatConversion : public ::testing::Test {};
using Pairs =
    ::testing::Types<Pair<Single, std::int32_t>, Pair<Single, std::uint32_t>, Pair<Single, std::int64_t>,
                     Pair<Single, std::uint64_t>, Pair<Double, std::int32_t>, Pair<Double, std::uint32_t>,
                     Pair<Double, std::int64_t>, Pair<Double, std::uint64_t>>;
TYPED_TEST_SUITE(FloatConversion, Pairs);

TYPED_TEST(FloatConversion, ToIntegersIsMpfrs) {
  using F = typename TypeParam::Format;
  using Integer = typename TypeParam::Integer;
  using Limits = std::numeric_limits<Integer>;
  Operands<F> operands(11);
  Number lowest(mpfr_prec_t{64}), highest(mpfr_prec_t{64}), whole(mpfr_prec_t{64}), same(mpfr_prec_t{64});
  set(lowest, Limits::min(), MPFR_RNDN);
  set(highest, Limits::max(), MPFR_RNDN);
  for (int n = 0; n < rounds; ++n) {
    const auto a = operands.next();
    for (const Rounding mode : modes) {
      Context context{mode};
      const Integer result = to_integer<F, Integer>(a, context);
      Integer expected = Limits::max();
      std::uint32_t flags = flag::invalid;
      if (!is_nan<F>(a)) {
        const Number x(std::bit_cast<typename F::Host>(a));
        to_whole(whole, x, mode);
        if (mpfr_cmp(whole, lowest) < 0) {
          expected = Limits::min();
        } else if (mpfr_cmp(whole, highest) <= 0) {
          expected = static_cast<Integer>(std::is_signed_v<Integer> ? mpfr_get_si(whole, MPFR_RNDN)
                                                                    : mpfr_get_ui(whole, MPFR_RNDN));
          flags = mpfr_equal_p(whole, x) ? 0 : flag::inexact;
        }
      }
      ASSERT_EQ(result, expected) << std::hex << +a << " mode " << static_cast<int>(mode);
      ASSERT_EQ(context.flags, flags) << std::hex << +a << " mode " << static_cast<int>(mode);
    }
  }
}

TYPED_TEST(FloatConversion, FromIntegersIsMpfrs) {
  using F = typename TypeParam::Format;
  using Integer = typename TypeParam::Integer;
  std::mt19937_64 random(12);
  for (int n = 0; n < rounds; ++n) {
    // All lengths, about powers of two, and with few bits.
    const auto length = random() % 64;
    const std::uint64_t bits = n % 3 == 0   ? random() >> length
                               : n % 3 == 1 ? (std::uint64_t{1} << length) + random() % 5 - 2
                                            : std::uint64_t{3} << length | std::uint64_t{1} << random() % 64;
    const auto a = static_cast<Integer>(random() % 2 != 0 ? bits : 0 - bits);
    Number x(mpfr_prec_t{64});
    set(x, a, MPFR_RNDN);
    for (const Rounding mode : modes) {
      Context context{mode};
      const auto result = from_integer<F, Integer>(a, context);
      const Outcome expected =
          Reference<F>::of([&](mpfr_ptr to, mpfr_rnd_t rounding) { return mpfr_set(to, x, rounding); }, mode);
      ASSERT_EQ((Outcome{result, context.flags}), expected) << a << " mode " << static_cast<int>(mode);
    }
  }
}

TEST(FloatToInteger, SaturatesAsRiscVSays) {
  // The table of the F extension's chapter: out of range below, above, and NaN.
  Context context;
  const auto minus_1e30 = std::bit_cast<Single::Bits>(-1e30f);
  const auto plus_1e30 = std::bit_cast<Single::Bits>(1e30f);
  EXPECT_EQ((to_integer<Single, std::int32_t>(minus_1e30, context)), -2147483647 - 1);
  EXPECT_EQ((to_integer<Single, std::uint32_t>(minus_1e30, context)), 0u);
  EXPECT_EQ((to_integer<Single, std::int32_t>(plus_1e30, context)), 2147483647);
  EXPECT_EQ((to_integer<Single, std::uint32_t>(plus_1e30, context)), 0xFFFFFFFFu);
  EXPECT_EQ((to_integer<Single, std::int32_t>(canonical_nan<Single> | sign_bit<Single>, context)),
            2147483647);
  EXPECT_EQ((to_integer<Single, std::uint64_t>(canonical_nan<Single>, context)), ~std::uint64_t{0});
  EXPECT_EQ((to_integer<Double, std::int64_t>(infinity<Double> | sign_bit<Double>, context)),
            std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(context.flags, flag::invalid);
}

TEST(FloatToInteger, TakesFractionsBelowZeroToUnsignedZero) {
  Context context{Rounding::towards_zero};
  EXPECT_EQ((to_integer<Double, std::uint32_t>(std::bit_cast<Double::Bits>(-0.9), context)), 0u);
  EXPECT_EQ(context.flags, flag::inexact);
  context.rounding = Rounding::down;
  EXPECT_EQ((to_integer<Double, std::uint32_t>(std::bit_cast<Double::Bits>(-0.9), context)), 0u);
  EXPECT_EQ(context.flags, flag::inexact | flag::invalid);
}

}  // namespace
}  // namespace kasane::testing
