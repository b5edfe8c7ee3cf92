/// Bit-exact arithmetic against GNU MPFR, in five rounding modes, flags included.
#include "platform/cpu/float/arithmetic.h"

#include <gtest/gtest.h>

#include "platform/cpu/float/convert.h"
#include "tests/unit/cpu/float/mpfr_reference.h"
#include "tests/unit/cpu/float/operands.h"

namespace kasane::testing {
namespace {

using namespace cpu::ieee;

constexpr int rounds = 30'000;  // times five modes
constexpr std::array modes = {Rounding::nearest_even, Rounding::towards_zero, Rounding::down, Rounding::up,
                              Rounding::nearest_away};

template <typename F>
typename F::Host host(typename F::Bits bits) {
  return std::bit_cast<typename F::Host>(bits);
}

template <typename F>
class FloatArithmetic : public ::testing::Test {
 protected:
  using Bits = typename F::Bits;

  /// ours(a, b, c, context) against theirs(result, a, b, c, mode), on operands that are no NaN.
  template <typename Ours, typename Theirs>
  void expect_alike(Bits a, Bits b, Bits c, Ours ours, Theirs theirs) {
    const Number x(host<F>(a)), y(host<F>(b)), z(host<F>(c));
    for (const Rounding mode : modes) {
      Context context{mode};
      const Bits result = ours(a, b, c, context);
      const Outcome expected = Reference<F>::of(
          [&](mpfr_ptr to, mpfr_rnd_t rounding) {
            return theirs(to, mpfr_srcptr{x}, mpfr_srcptr{y}, mpfr_srcptr{z}, rounding);
          },
          mode);
      ASSERT_EQ((Outcome{result, context.flags}), expected)
          << std::hex << "of " << +a << ", " << +b << ", " << +c << " in mode " << static_cast<int>(mode)
          << ": got " << +result << " flags " << +context.flags << ", expected " << expected.bits << " flags "
          << expected.flags;
    }
  }

  /// The same on random operands.
  template <typename Ours, typename Theirs>
  void compare(std::uint64_t seed, Ours ours, Theirs theirs) {
    Operands<F> operands(seed);
    for (int n = 0; n < rounds && !this->HasFatalFailure(); ++n) {
      const Bits a = operands.next(), b = operands.next(), c = operands.next();
      if (!is_nan<F>(a) && !is_nan<F>(b) && !is_nan<F>(c)) expect_alike(a, b, c, ours, theirs);
    }
  }
};

using Formats = ::testing::Types<Single, Double>;
TYPED_TEST_SUITE(FloatArithmetic, Formats);

TYPED_TEST(FloatArithmetic, AdditionIsMpfrs) {
  this->compare(
      1, [](auto a, auto b, auto, Context& context) { return add<TypeParam>(a, b, context); },
      [](auto to, auto a, auto b, auto, auto mode) { return mpfr_add(to, a, b, mode); });
}
TYPED_TEST(FloatArithmetic, SubtractionIsMpfrs) {
  this->compare(
      2, [](auto a, auto b, auto, Context& context) { return subtract<TypeParam>(a, b, context); },
      [](auto to, auto a, auto b, auto, auto mode) { return mpfr_sub(to, a, b, mode); });
}
TYPED_TEST(FloatArithmetic, MultiplicationIsMpfrs) {
  this->compare(
      3, [](auto a, auto b, auto, Context& context) { return multiply<TypeParam>(a, b, context); },
      [](auto to, auto a, auto b, auto, auto mode) { return mpfr_mul(to, a, b, mode); });
}
TYPED_TEST(FloatArithmetic, DivisionIsMpfrs) {
  this->compare(
      4, [](auto a, auto b, auto, Context& context) { return divide<TypeParam>(a, b, context); },
      [](auto to, auto a, auto b, auto, auto mode) { return mpfr_div(to, a, b, mode); });
}
TYPED_TEST(FloatArithmetic, SquareRootIsMpfrs) {
  this->compare(
      5, [](auto a, auto, auto, Context& context) { return square_root<TypeParam>(a, context); },
      [](auto to, auto a, auto, auto, auto mode) { return mpfr_sqrt(to, a, mode); });
}
TYPED_TEST(FloatArithmetic, FusedMultiplyAddIsMpfrs) {
  this->compare(
      6, [](auto a, auto b, auto c, Context& context) { return multiply_add<TypeParam>(a, b, c, context); },
      [](auto to, auto a, auto b, auto c, auto mode) { return mpfr_fma(to, a, b, c, mode); });
}

/// c is minus the rounded product, or next to it: what is left are the product's lowest bits.
TYPED_TEST(FloatArithmetic, FusedMultiplyAddKeepsWhatCancellationLeaves) {
  using F = TypeParam;
  Operands<F> operands(7);
  for (int n = 0; n < rounds; ++n) {
    const auto a = operands.next(), b = operands.next();
    Context nearest;
    auto c = multiply<F>(a, b, nearest) ^ sign_bit<F>;
    if (!is_zero<F>(c) && operands.raw() % 2 != 0) --c;
    if (is_nan<F>(a) || is_nan<F>(b) || is_nan<F>(c)) continue;
    this->expect_alike(
        a, b, c, [](auto x, auto y, auto z, Context& context) { return multiply_add<F>(x, y, z, context); },
        [](auto to, auto x, auto y, auto z, auto mode) { return mpfr_fma(to, x, y, z, mode); });
  }
}

TEST(FloatNarrowing, IsMpfrs) {
  Operands<Double> doubles(8);
  Operands<Single> singles(9);
  for (int n = 0; n < rounds; ++n) {
    // Doubles in general, and doubles about what singles hold.
    Context exact;
    const Double::Bits a = n % 2 == 0
                               ? doubles.next()
                               : widen(singles.next(), exact) + doubles.raw() % 8 + (doubles.raw() % 2 << 28);
    if (is_nan<Double>(a)) continue;
    const Number x(host<Double>(a));
    for (const Rounding mode : modes) {
      Context context{mode};
      const Single::Bits result = narrow(a, context);
      const Outcome expected = Reference<Single>::of(
          [&](mpfr_ptr to, mpfr_rnd_t rounding) { return mpfr_set(to, x, rounding); }, mode);
      ASSERT_EQ((Outcome{result, context.flags}), expected)
          << std::hex << a << " mode " << static_cast<int>(mode);
    }
  }
}

TEST(FloatWidening, IsTheHosts) {
  Operands<Single> singles(10);
  for (int n = 0; n < 10 * rounds; ++n) {
    const Single::Bits a = singles.next();
    Context context;
    const Double::Bits result = widen(a, context);
    ASSERT_EQ(context.flags, is_signalling<Single>(a) ? flag::invalid : 0);
    if (is_nan<Single>(a)) {
      ASSERT_EQ(result, canonical_nan<Double>);
    } else {
      ASSERT_EQ(result, std::bit_cast<Double::Bits>(static_cast<double>(host<Single>(a))));
    }
  }
}

}  // namespace
}  // namespace kasane::testing
