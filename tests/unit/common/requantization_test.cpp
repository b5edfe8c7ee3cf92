/// Vectorised requantisation against the one definition, on constants from the whole of their ranges, with
/// every instruction set.
#include "models/common/requantization.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include "kasane/requantize.h"
#include "tests/reference/random_layers.h"

namespace kasane {
namespace {

constexpr std::size_t rows = 70;
constexpr ActivationRange range{.zero_point = 3, .minimum = -100, .maximum = 101};

kasane_channel_parameters random_record(reference::Random& random) {
  return {.bias = static_cast<std::int32_t>(random.between(INT32_MIN, INT32_MAX)) >> random.between(0, 31),
          .multiplier = static_cast<std::int32_t>(random.between(0, INT32_MAX) >> random.between(0, 31)),
          .shift = static_cast<std::int32_t>(random.between(1, 62))};
}

/// Of the low bits of `sum`, as an accumulator of so many holds them.
std::int8_t defined(std::int32_t sum, std::uint32_t accumulator_bits,
                    const kasane_channel_parameters& record) {
  const std::uint32_t sign = std::uint32_t{1} << (accumulator_bits - 1);
  const std::uint32_t low = static_cast<std::uint32_t>(sum) & (2 * (sign - 1) + 1);
  const std::uint32_t extended = (low ^ sign) - sign;
  const auto biased = static_cast<std::int32_t>(extended + static_cast<std::uint32_t>(record.bias));
  return kasane_requantize(biased, record.multiplier, record.shift, range.zero_point, range.minimum,
                           range.maximum);
}

/// Lanes with a record each, and one record for all lanes; `used`: lanes that have one.
void compare(const std::vector<kasane_channel_parameters>& records, const RequantizerLanes& requantizers,
             std::size_t used, reference::Random& random) {
  std::vector<std::int32_t> sums(rows * requantizers.lanes());
  for (std::int32_t& sum : sums) {
    sum = static_cast<std::int32_t>(random.between(INT32_MIN, INT32_MAX)) >> random.between(0, 31);
  }
  std::vector<std::uint8_t> activations(sums.size());
  for (const std::uint32_t accumulator_bits : {24u, 32u}) {
    requantizers.apply(sums.data(), rows, accumulator_bits, range, activations.data());
    for (std::size_t at = 0; at < sums.size(); ++at) {
      const std::size_t lane = at % requantizers.lanes();
      if (lane >= used) continue;
      const kasane_channel_parameters& record = records[lane % records.size()];
      ASSERT_EQ(static_cast<std::int8_t>(activations[at]), defined(sums[at], accumulator_bits, record))
          << accumulator_bits << " bits, sum " << sums[at] << ", bias " << record.bias << ", multiplier "
          << record.multiplier << ", shift " << record.shift;
    }
  }
}

TEST(Requantization, IsAsDefinedWithEveryInstructionSet) {
  reference::Random random(4);
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    for (int round = 0; round < 20; ++round) {
      std::vector<kasane_channel_parameters> records(37);
      for (kasane_channel_parameters& record : records) record = random_record(random);
      RequantizerLanes requantizers;
      requantizers.assign(records, 40);
      compare(records, requantizers, records.size(), random);
      requantizers.fill(records[0], 16);
      compare({records[0]}, requantizers, 16, random);
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

}  // namespace
}  // namespace kasane
