/// The wiring of hard-wired kernels against hand-worked networks, and against plain products.
#include "models/kernel_comp_unit/adder_network.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <map>
#include <numeric>
#include <set>

#include "tests/reference/random_layers.h"

namespace kasane::kcu {
namespace {

using Constants = std::vector<std::int8_t>;
using reference::Random;

std::vector<std::uint32_t> sorted_widths(const AdderNetwork& network) {
  std::vector<std::uint32_t> widths;
  for (const Adder& adder : network.adders()) widths.push_back(adder.width);
  std::sort(widths.begin(), widths.end());
  return widths;
}

/// Fewest signed powers of two that add up to each value up to `limit`, by search.
std::map<int, int> fewest_digits(int limit) {
  std::map<int, int> fewest{{0, 0}};
  std::set<int> reached{0};
  for (int digits = 1; digits <= 8; ++digits) {
    std::set<int> next;
    for (const int value : reached) {
      for (int power = 1; power <= 4 * limit; power *= 2) {
        for (const int sum : {value - power, value + power}) {
          if (std::abs(sum) <= 4 * limit && fewest.emplace(sum, digits).second) next.insert(sum);
        }
      }
    }
    reached = next;
  }
  return fewest;
}

TEST(SignedDigits, OfSevenAreEightMinusOne) {
  EXPECT_EQ(canonical_signed_digits(7), (Constants{-1, 0, 0, 1}));
  EXPECT_EQ(canonical_signed_digits(23), (Constants{-1, 0, 0, -1, 0, 1}));  // 32 - 8 - 1
  EXPECT_EQ(canonical_signed_digits(5), (Constants{1, 0, 1}));
  EXPECT_TRUE(canonical_signed_digits(0).empty());
}

TEST(SignedDigits, AreTheFewestOfAllAndNeverNeighbours) {
  const std::map<int, int> fewest = fewest_digits(128);
  for (int value = 1; value <= 128; ++value) {
    const Constants digits = canonical_signed_digits(static_cast<std::uint32_t>(value));
    int sum = 0;
    int weight = 0;
    for (std::size_t i = 0; i < digits.size(); ++i) {
      sum += digits[i] * (1 << i);
      weight += digits[i] != 0 ? 1 : 0;
      EXPECT_TRUE(i == 0 || digits[i] == 0 || digits[i - 1] == 0) << value;
    }
    EXPECT_EQ(sum, value);
    EXPECT_EQ(weight, fewest.at(value)) << value;
  }
}

TEST(AdderNetwork, OfAllOnesIsATreeOfEight) {
  const AdderNetwork network(Constants(9, 1));
  // Four pairs of bytes, two of those, one of those, and the ninth: -1152 ... 1143.
  EXPECT_EQ(sorted_widths(network), (std::vector<std::uint32_t>{9, 9, 9, 9, 10, 10, 11, 12}));
  EXPECT_EQ(network.response_width(), 12u);
}

TEST(AdderNetwork, OfSobelNeedsNoMoreThanItsSixTaps) {
  const AdderNetwork network(Constants{-1, 0, 1, -2, 0, 2, -1, 0, 1});
  EXPECT_EQ(network.adders().size(), 5u);    // doubling is a wire
  EXPECT_EQ(network.response_width(), 11u);  // ±(4 · 127 + 4 · 128) = ±1020
}

TEST(AdderNetwork, MultipliesBySevenWithOneAdder) {
  const AdderNetwork network(Constants{0, 0, 0, 0, 7, 0, 0, 0, 0});
  EXPECT_EQ(sorted_widths(network), std::vector<std::uint32_t>{11});  // -896 ... 889
}

TEST(AdderNetwork, SharesTheMultiplicationOfEqualOddMagnitudes) {
  // (a + b - 2c) · 3: two adders and one, where three products of their own took 2 + 3.
  EXPECT_EQ(AdderNetwork(Constants{3, 3, -6, 0, 0, 0, 0, 0, 0}).adders().size(), 3u);
  // 5 = 4 + 1, 7 = 8 - 1 share nothing: one adder each, one to add them.
  EXPECT_EQ(AdderNetwork(Constants{5, 0, 0, 0, 7, 0, 0, 0, 0}).adders().size(), 3u);
  // Laplacian: the 8 in the middle is a one shifted by three.
  EXPECT_EQ(AdderNetwork(Constants{-1, -1, -1, -1, 8, -1, -1, -1, -1}).adders().size(), 8u);
}

TEST(AdderNetwork, OfOneTapOrNoneIsWire) {
  const AdderNetwork one(Constants{0, 0, 0, 0, 64, 0, 0, 0, 0});
  EXPECT_TRUE(one.adders().empty());
  EXPECT_EQ(one.response_width(), 14u);
  const AdderNetwork none(Constants(25, 0));
  EXPECT_TRUE(none.adders().empty());
  EXPECT_EQ(none.evaluate(Constants(25, 127)), 0);
  // Nothing to subtract from: 0 - x.
  EXPECT_EQ(AdderNetwork(Constants{0, 0, 0, 0, -4, 0, 0, 0, 0}).adders().size(), 1u);
  EXPECT_EQ(AdderNetwork(Constants(9, -1)).adders().size(), 9u);
}

Constants random_constants(Random& random) {
  Constants constants(static_cast<std::size_t>(std::vector{9, 25, 49}[random.between(0, 2)]));
  const std::int64_t magnitude = std::vector{1, 7, 127}[random.between(0, 2)];
  for (std::int8_t& c : constants) c = static_cast<std::int8_t>(random.between(-magnitude, magnitude));
  if (random.one_in(5)) constants[0] = -128;
  return constants;
}

std::size_t adders_by_formula(const Constants& constants) {
  std::set<int> odd;
  std::size_t taps = 0;
  bool positive = false;
  for (int c : constants) {
    if (c == 0) continue;
    ++taps;
    positive |= c > 0;
    for (c = std::abs(c); c % 2 == 0;) c /= 2;
    odd.insert(c);
  }
  std::size_t adders = taps == 0 ? 0 : taps - 1;
  for (const int m : odd) {
    const Constants digits = canonical_signed_digits(static_cast<std::uint32_t>(m));
    for (const std::int8_t digit : digits) positive |= digit < 0;  // a term of its own sign
    adders +=
        static_cast<std::size_t>(std::count_if(digits.begin(), digits.end(), [](int d) { return d != 0; })) -
        1;
  }
  return adders + (taps > 0 && !positive ? 1 : 0);
}

TEST(AdderNetwork, HasAsManyAddersAsTheFormulaSays) {
  Random random(19);
  for (int i = 0; i < 500; ++i) {
    const Constants constants = random_constants(random);
    EXPECT_EQ(AdderNetwork(constants).adders().size(), adders_by_formula(constants));
  }
}

/// The hardware: each adder keeps `width` bits, counted from the lowest bit that any of its inputs can set.
class Hardware {
 public:
  explicit Hardware(const AdderNetwork& network) : network_(network) {}

  /// Results of all adders without any limit, in units of their own lowest bit.
  std::vector<std::int64_t> results(const Constants& taps) const {
    std::vector<std::int64_t> results;
    for (const Adder& adder : network_.adders()) {
      results.push_back(value(adder.a, taps, results) + value(adder.b, taps, results));
    }
    return results;
  }

  /// Lowest and highest result of each adder over all windows: results are linear, so a tap at a time.
  std::vector<std::pair<std::int64_t, std::int64_t>> ranges(std::size_t taps) const {
    std::vector<std::pair<std::int64_t, std::int64_t>> ranges(network_.adders().size());
    for (std::size_t tap = 0; tap < taps; ++tap) {
      Constants window(taps, 0);
      window[tap] = 1;
      const std::vector<std::int64_t> factors = results(window);
      for (std::size_t n = 0; n < factors.size(); ++n) {
        ranges[n].first += std::min(-128 * factors[n], 127 * factors[n]);
        ranges[n].second += std::max(-128 * factors[n], 127 * factors[n]);
      }
    }
    return ranges;
  }

 private:
  static std::int64_t value(const AdderInput& wire, const Constants& taps,
                            const std::vector<std::int64_t>& results) {
    std::int64_t value = 0;
    if (!wire.is_tap) {
      value = results.at(wire.index);
    } else if (wire.index < taps.size()) {
      value = taps[wire.index];
    }
    value *= std::int64_t{1} << wire.shift;
    return wire.negative ? -value : value;
  }

  const AdderNetwork& network_;
};

bool fits(std::pair<std::int64_t, std::int64_t> range, std::uint32_t bits) {
  const std::int64_t limit = std::int64_t{1} << (bits - 1);
  return -limit <= range.first && range.second < limit;
}

TEST(AdderNetwork, AddersAreAsWideAsTheirResultsAndNoWider) {
  Random random(23);
  for (int i = 0; i < 300; ++i) {
    const Constants constants = random_constants(random);
    const AdderNetwork network(constants);
    const auto ranges = Hardware(network).ranges(constants.size());
    for (std::size_t n = 0; n < ranges.size(); ++n) {
      const Adder& adder = network.adders()[n];
      EXPECT_TRUE(fits(ranges[n], adder.width)) << ranges[n].first << " ... " << ranges[n].second;
      EXPECT_FALSE(fits(ranges[n], adder.width - 1)) << ranges[n].first << " ... " << ranges[n].second;
      EXPECT_FALSE(adder.a.negative && adder.b.negative);     // no adder can do that
      EXPECT_TRUE(adder.a.shift == 0 || adder.b.shift == 0);  // else the lowest bits are wires
    }
  }
}

TEST(AdderNetwork, ComputesTheProductsSum) {
  Random random(29);
  for (int i = 0; i < 500; ++i) {
    const Constants constants = random_constants(random);
    const AdderNetwork network(constants);
    for (int window = 0; window < 20; ++window) {
      Constants taps(constants.size());
      for (std::int8_t& tap : taps) tap = static_cast<std::int8_t>(random.between(-128, 127));
      ASSERT_EQ(network.evaluate(taps),
                std::inner_product(taps.begin(), taps.end(), constants.begin(), std::int32_t{0}));
    }
  }
}

}  // namespace
}  // namespace kasane::kcu
