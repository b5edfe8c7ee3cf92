/// Cases worked by hand: special values, ties, the borders of the subnormal numbers, and flags.
#include <bit>
#include <cstdint>
#include <gtest/gtest.h>
#include <ostream>

#include "platform/cpu/float/arithmetic.h"
#include "platform/cpu/float/convert.h"

namespace kasane::testing {
namespace {

using namespace cpu::ieee;

constexpr Single::Bits one = 0x3F800000, two = 0x40000000, three = 0x40400000;
constexpr Single::Bits minus = sign_bit<Single>;
constexpr Single::Bits smallest_normal = 0x00800000, smallest = 0x00000001;
constexpr Single::Bits quiet = 0x7FC12345, signalling = 0x7F812345;

struct Result {
  Single::Bits bits;
  std::uint32_t flags;
  bool operator==(const Result&) const = default;
};
void PrintTo(const Result& result, std::ostream* out) {
  *out << std::hex << result.bits << " flags " << result.flags;
}

constexpr auto rne = Rounding::nearest_even, rtz = Rounding::towards_zero, rdn = Rounding::down,
               rup = Rounding::up, rmm = Rounding::nearest_away;

using Binary = Single::Bits (*)(Single::Bits, Single::Bits, Context&);
Result of(Binary operation, Rounding mode, Single::Bits a, Single::Bits b) {
  Context context{mode};
  const Single::Bits bits = operation(a, b, context);
  return {bits, context.flags};
}
Result fused(Rounding mode, Single::Bits a, Single::Bits b, Single::Bits c) {
  Context context{mode};
  const Single::Bits bits = multiply_add<Single>(a, b, c, context);
  return {bits, context.flags};
}
Result root_of(Rounding mode, Single::Bits a) {
  Context context{mode};
  const Single::Bits bits = square_root<Single>(a, context);
  return {bits, context.flags};
}

TEST(FloatByHand, TiesGoWhereTheModeSays) {
  const Single::Bits half_ulp = 0x33800000;  // 2^-24: half an ulp of 1
  EXPECT_EQ(of(add<Single>, rne, one, half_ulp), (Result{one, flag::inexact}));
  EXPECT_EQ(of(add<Single>, rne, one + 1, half_ulp), (Result{one + 2, flag::inexact}));
  EXPECT_EQ(of(add<Single>, rmm, one, half_ulp), (Result{one + 1, flag::inexact}));
  EXPECT_EQ(of(add<Single>, rmm, minus | one, minus | half_ulp), (Result{minus | (one + 1), flag::inexact}));
  EXPECT_EQ(of(add<Single>, rmm, one, half_ulp - 1), (Result{one, flag::inexact}));
  EXPECT_EQ(of(add<Single>, rtz, one, half_ulp), (Result{one, flag::inexact}));
  EXPECT_EQ(of(add<Single>, rup, one, half_ulp), (Result{one + 1, flag::inexact}));
  EXPECT_EQ(of(add<Single>, rdn, one, half_ulp), (Result{one, flag::inexact}));
  EXPECT_EQ(of(add<Single>, rdn, minus | one, minus | half_ulp), (Result{minus | (one + 1), flag::inexact}));
}

TEST(FloatByHand, ZerosHaveTheSignOfTheirOperationAndMode) {
  EXPECT_EQ(of(subtract<Single>, rne, one, one), (Result{0, 0}));
  EXPECT_EQ(of(subtract<Single>, rdn, one, one), (Result{minus, 0}));
  EXPECT_EQ(of(add<Single>, rdn, 0, 0), (Result{0, 0}));
  EXPECT_EQ(of(add<Single>, rne, minus, minus), (Result{minus, 0}));
  EXPECT_EQ(of(add<Single>, rdn, 0, minus), (Result{minus, 0}));
  EXPECT_EQ(of(multiply<Single>, rne, minus, one), (Result{minus, 0}));
  EXPECT_EQ(root_of(rne, minus), (Result{minus, 0}));
  EXPECT_EQ(fused(rne, one, one, minus | one), (Result{0, 0}));
  EXPECT_EQ(fused(rdn, one, one, minus | one), (Result{minus, 0}));
  EXPECT_EQ(fused(rne, minus, one, minus), (Result{minus, 0}));
}

TEST(FloatByHand, InvalidOperationsGiveTheCanonicalNan) {
  const Result invalid{canonical_nan<Single>, flag::invalid};
  const Single::Bits inf = infinity<Single>;
  EXPECT_EQ(of(subtract<Single>, rne, inf, inf), invalid);
  EXPECT_EQ(of(add<Single>, rne, inf, minus | inf), invalid);
  EXPECT_EQ(of(multiply<Single>, rne, inf, 0), invalid);
  EXPECT_EQ(of(divide<Single>, rne, 0, minus), invalid);
  EXPECT_EQ(of(divide<Single>, rne, inf, inf), invalid);
  EXPECT_EQ(root_of(rne, minus | one), invalid);
  EXPECT_EQ(root_of(rne, minus | inf), invalid);
  EXPECT_EQ(fused(rne, inf, one, minus | inf), invalid);
  EXPECT_EQ(fused(rne, inf, 0, one), invalid);
  EXPECT_EQ(fused(rne, 0, inf, quiet), invalid);  // RISC-V: even then
}

TEST(FloatByHand, NansBecomeCanonicalAndSignallingOnesAreInvalid) {
  const Result silent{canonical_nan<Single>, 0}, invalid{canonical_nan<Single>, flag::invalid};
  EXPECT_EQ(of(add<Single>, rne, quiet, one), silent);
  EXPECT_EQ(of(add<Single>, rne, one, minus | quiet), silent);
  EXPECT_EQ(of(multiply<Single>, rne, signalling, one), invalid);
  EXPECT_EQ(of(divide<Single>, rne, quiet, signalling), invalid);
  EXPECT_EQ(root_of(rne, minus | quiet), silent);
  EXPECT_EQ(root_of(rne, signalling), invalid);
  EXPECT_EQ(fused(rne, one, one, signalling), invalid);
  EXPECT_EQ(fused(rne, quiet, one, one), silent);
}

TEST(FloatByHand, DivisionByZeroIsExact) {
  EXPECT_EQ(of(divide<Single>, rne, one, 0), (Result{infinity<Single>, flag::divide_by_zero}));
  EXPECT_EQ(of(divide<Single>, rtz, one, minus), (Result{minus | infinity<Single>, flag::divide_by_zero}));
  EXPECT_EQ(of(divide<Single>, rne, infinity<Single>, 0), (Result{infinity<Single>, 0}));
  EXPECT_EQ(of(divide<Single>, rne, one, minus | infinity<Single>), (Result{minus, 0}));
}

TEST(FloatByHand, OverflowGoesToInfinityOrTheLargestNumber) {
  const std::uint32_t flags = flag::overflow | flag::inexact;
  const Single::Bits max = largest<Single>, inf = infinity<Single>;
  EXPECT_EQ(of(multiply<Single>, rne, max, two), (Result{inf, flags}));
  EXPECT_EQ(of(multiply<Single>, rmm, max, minus | two), (Result{minus | inf, flags}));
  EXPECT_EQ(of(multiply<Single>, rtz, max, two), (Result{max, flags}));
  EXPECT_EQ(of(multiply<Single>, rdn, max, two), (Result{max, flags}));
  EXPECT_EQ(of(multiply<Single>, rup, max, two), (Result{inf, flags}));
  EXPECT_EQ(of(multiply<Single>, rup, max, minus | two), (Result{minus | max, flags}));
  // Half an ulp of the largest number rounds up to an even, infinite neighbour; a little less does not.
  const Single::Bits half_ulp = 0x73000000;  // 2^103
  EXPECT_EQ(of(add<Single>, rne, max, half_ulp), (Result{inf, flags}));
  EXPECT_EQ(of(add<Single>, rne, max, half_ulp - 1), (Result{max, flag::inexact}));
  EXPECT_EQ(of(add<Single>, rtz, max, half_ulp), (Result{max, flag::inexact}));
}

TEST(FloatByHand, SubnormalResultsUnderflowOnlyIfInexact) {
  const Single::Bits half = 0x3F000000;
  EXPECT_EQ(of(multiply<Single>, rne, smallest_normal, half), (Result{0x00400000, 0}));
  EXPECT_EQ(of(multiply<Single>, rne, smallest, half), (Result{0, flag::underflow | flag::inexact}));
  EXPECT_EQ(of(multiply<Single>, rmm, smallest, half), (Result{1, flag::underflow | flag::inexact}));
  EXPECT_EQ(of(multiply<Single>, rup, smallest, smallest), (Result{1, flag::underflow | flag::inexact}));
  EXPECT_EQ(of(multiply<Single>, rne, 3, half), (Result{2, flag::underflow | flag::inexact}));
  EXPECT_EQ(of(subtract<Single>, rne, smallest_normal, smallest), (Result{0x007FFFFF, 0}));
}

TEST(FloatByHand, TininessIsDetectedAfterRounding) {
  // (1 - 2^-24) * 2^-126: halfway between the largest subnormal and the smallest normal number, and
  // representable if the exponent went lower: tiny.
  const Single::Bits below_one = 0x3F7FFFFF;
  EXPECT_EQ(of(multiply<Single>, rne, smallest_normal, below_one),
            (Result{smallest_normal, flag::underflow | flag::inexact}));
  // (1 - 2^-46) * 2^-126 = (1 + 2^-23) * (1 - 2^-23) * 2^-126 rounds to 2^-126 in 24 bits: not tiny.
  EXPECT_EQ(of(multiply<Single>, rne, smallest_normal + 1, 0x3F7FFFFE),
            (Result{smallest_normal, flag::inexact}));
  // Towards zero it stays below in 24 bits: tiny.
  EXPECT_EQ(of(multiply<Single>, rtz, smallest_normal + 1, 0x3F7FFFFE),
            (Result{0x007FFFFF, flag::underflow | flag::inexact}));
}

TEST(FloatByHand, FusedRoundsOnce) {
  // (1 + 2^-23)^2 - (1 + 2^-22) = 2^-46, which two roundings lose.
  EXPECT_EQ(fused(rne, one + 1, one + 1, minus | (one + 2)), (Result{0x28800000, 0}));
  // A tie, 1 + 2^-24, and the same decided by an addend's last bit: 2^-24 (1 + 2^-23).
  EXPECT_EQ(fused(rne, 0x33800000, one, one), (Result{one, flag::inexact}));
  EXPECT_EQ(fused(rne, 0x33800001, one, one), (Result{one + 1, flag::inexact}));
  // An addend far below what fits.
  EXPECT_EQ(fused(rdn, one, one, minus | smallest), (Result{one - 1, flag::inexact}));
  EXPECT_EQ(fused(rne, one, one, minus | smallest), (Result{one, flag::inexact}));
}

TEST(FloatByHand, RootsAndQuotients) {
  EXPECT_EQ(root_of(rne, 0x41100000), (Result{three, 0}));            // 9
  EXPECT_EQ(root_of(rne, two), (Result{0x3FB504F3, flag::inexact}));  // 1.41421356
  EXPECT_EQ(root_of(rup, two), (Result{0x3FB504F4, flag::inexact}));
  EXPECT_EQ(root_of(rne, smallest), (Result{0x1A3504F3, flag::inexact}));  // 2^-74.5
  EXPECT_EQ(of(divide<Single>, rne, one, three), (Result{0x3EAAAAAB, flag::inexact}));
  EXPECT_EQ(of(divide<Single>, rtz, one, three), (Result{0x3EAAAAAA, flag::inexact}));
  EXPECT_EQ(of(divide<Single>, rne, three, three), (Result{one, 0}));
}

TEST(FloatByHand, FlagsAccumulate) {
  Context context;
  divide<Single>(one, 0, context);
  divide<Single>(one, three, context);
  add<Single>(one, one, context);
  EXPECT_EQ(context.flags, flag::divide_by_zero | flag::inexact);
}

TEST(FloatByHand, NarrowingRoundsAndUnderflows) {
  Context context;
  EXPECT_EQ(narrow(std::bit_cast<Double::Bits>(0x1.000001p0), context), one);  // tie to even
  EXPECT_EQ(context.flags, flag::inexact);
  context = {rmm};
  EXPECT_EQ(narrow(std::bit_cast<Double::Bits>(0x1.000001p0), context), one + 1);
  context = {};
  EXPECT_EQ(narrow(std::bit_cast<Double::Bits>(0x1p-149), context), smallest);
  EXPECT_EQ(context.flags, 0);
  EXPECT_EQ(narrow(std::bit_cast<Double::Bits>(0x1p-150), context), 0u);
  EXPECT_EQ(context.flags, flag::underflow | flag::inexact);
  context = {};
  EXPECT_EQ(narrow(std::bit_cast<Double::Bits>(1e300), context), infinity<Single>);
  EXPECT_EQ(context.flags, flag::overflow | flag::inexact);
}

}  // namespace
}  // namespace kasane::testing
