/// Where the host's floating-point unit is used, it gives what the exact operations give, and they raise
/// nothing but inexact.
#include "platform/cpu/float/host.h"

#include <cfenv>
#include <gtest/gtest.h>
#include <vector>
#ifdef __SSE2__
#include <xmmintrin.h>
#endif

#include "tests/unit/cpu/float/operands.h"

namespace kasane::testing {
namespace {

using namespace cpu::ieee;

constexpr int rounds = 80'000;

/// Runs Operation on `operands`; true where the host is trusted.
template <typename From, typename To, typename Operation, typename... Operand>
bool agrees(Operand... operands) {
  const auto quick = from_host<To>(Operation::on_host(to_host<From>(operands)...));
  if (!Operation::trusted(quick)) return false;
  Context context{Rounding::nearest_even, flag::inexact};
  const auto exact = Operation::exact(operands..., context);
  EXPECT_EQ(quick, exact) << std::hex << ::testing::PrintToString(std::vector<std::uint64_t>{operands...});
  EXPECT_EQ(context.flags, flag::inexact)
      << std::hex << ::testing::PrintToString(std::vector<std::uint64_t>{operands...});
  return true;
}

template <typename F>
class FloatOnHost : public ::testing::Test {
 protected:
  template <typename Operation>
  void compare(std::uint64_t seed) {
    Operands<F> operands(seed);
    int trusted = 0;
    for (int n = 0; n < rounds && !this->HasFailure(); ++n) {
      const auto a = operands.next(), b = operands.next(), c = operands.next();
      if constexpr (Operation::operands == 1) {
        trusted += agrees<F, F, Operation>(a);
      } else if constexpr (Operation::operands == 2) {
        trusted += agrees<F, F, Operation>(a, b);
      } else {
        trusted += agrees<F, F, Operation>(a, b, c);
      }
    }
    EXPECT_GT(trusted, rounds / 5);  // enough of them to have been tested
  }
};
using Formats = ::testing::Types<Single, Double>;
TYPED_TEST_SUITE(FloatOnHost, Formats);

TYPED_TEST(FloatOnHost, SumsAreExact) {
  this->template compare<Add<TypeParam>>(21);
  this->template compare<Subtract<TypeParam>>(22);
}
TYPED_TEST(FloatOnHost, ProductsAreExact) {
  this->template compare<Multiply<TypeParam>>(23);
}
TYPED_TEST(FloatOnHost, QuotientsAreExact) {
  this->template compare<Divide<TypeParam>>(24);
}
TYPED_TEST(FloatOnHost, RootsAreExact) {
  this->template compare<SquareRoot<TypeParam>>(25);
}
TYPED_TEST(FloatOnHost, FusedOperationsAreExact) {
  this->template compare<MultiplyAdd<TypeParam, false, false>>(26);
  this->template compare<MultiplyAdd<TypeParam, false, true>>(27);
  this->template compare<MultiplyAdd<TypeParam, true, false>>(28);
  this->template compare<MultiplyAdd<TypeParam, true, true>>(29);
}

TEST(FloatOnHostNarrowing, NarrowingIsExact) {
  Operands<Double> doubles(30);
  Operands<Single> singles(31);
  int trusted = 0;
  for (int n = 0; n < rounds && !::testing::Test::HasFailure(); ++n) {
    Context exact;
    const Double::Bits near_single =
        widen(singles.next(), exact) + doubles.raw() % 8 + (doubles.raw() % 2 << 28);
    trusted += agrees<Double, Single, Narrow>(n % 2 == 0 ? doubles.next() : near_single);
  }
  EXPECT_GT(trusted, rounds / 5);
}

TEST(FloatOnHostWidening, IsExact) {
  Operands<Single> operands(32);
  int trusted = 0;
  for (int n = 0; n < rounds && !::testing::Test::HasFailure(); ++n) {
    trusted += agrees<Single, Double, Widen>(operands.next());
  }
  EXPECT_GT(trusted, rounds / 5);
}

TEST(FloatOnHostUse, ModesThatDoNotConformAreNoticed) {
  EXPECT_TRUE(host_conforms());
  for (const int mode : {FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD}) {
    ASSERT_EQ(std::fesetround(mode), 0);
    EXPECT_FALSE(host_conforms()) << mode;
  }
  std::fesetround(FE_TONEAREST);
#ifdef __SSE2__
  for (const unsigned flush : {0x8000u, 0x0040u}) {  // results, operands
    const unsigned before = _mm_getcsr();
    _mm_setcsr(before | flush);
    EXPECT_FALSE(host_conforms()) << flush;
    _mm_setcsr(before);
  }
#endif
  EXPECT_TRUE(host_conforms());
}

TEST(FloatOnHostUse, IsUsedOnlyWhereItAgrees) {
  EXPECT_TRUE(host_agrees(Rounding::nearest_even, flag::inexact | flag::overflow));
  EXPECT_FALSE(host_agrees(Rounding::nearest_even, flag::overflow));
  EXPECT_FALSE(host_agrees(Rounding::nearest_away, flag::inexact));
  EXPECT_FALSE(is_plain<Single>(hidden_bit<Single>));  // could have underflowed
  EXPECT_FALSE(is_plain<Double>(infinity<Double>));
  EXPECT_FALSE(is_plain<Double>(canonical_nan<Double>));
  EXPECT_TRUE(is_plain<Double>(largest<Double>));
}

}  // namespace
}  // namespace kasane::testing
