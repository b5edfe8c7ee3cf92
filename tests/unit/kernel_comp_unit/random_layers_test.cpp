/// Tables and arithmetic of the units on random layers, against the reference that was written from the
/// contract alone.
#include <cstring>
#include <gtest/gtest.h>
#include <numeric>

#include "models/kernel_comp_unit/adder_network.h"
#include "models/kernel_comp_unit/function.h"
#include "models/kernel_comp_unit/job.h"
#include "tests/reference/random_kcu_layers.h"

namespace kasane::kcu {
namespace {

using reference::Bytes;
using reference::Random;
using reference::RandomKcuLayer;

/// Units with line buffers and gains for every random layer.
KcuConfig config_for(const std::vector<reference::UnitKernel>& units) {
  KcuConfig config;
  for (const reference::UnitKernel& unit : units) config.units.push_back({unit.size, unit.constants});
  config.gain_bits = 16;
  return config;
}

std::uint32_t check(const RandomKcuLayer& layer) {
  return check(layer.convolution, config_for(layer.units), layer.finish.sums.size(), layer.table.size());
}

bool decode(const RandomKcuLayer& layer, std::vector<Job>& jobs) {
  const kasane_kcu_convolution& c = layer.convolution;
  return decode(std::span(layer.table).subspan(c.table_address, c.table_bytes), c, config_for(layer.units),
                jobs);
}

/// The input channel without the gaps between its rows.
std::vector<std::int8_t> dense_plane(const RandomKcuLayer& layer, std::uint32_t channel) {
  const kasane_kcu_convolution& c = layer.convolution;
  const reference::FeatureMap map{c.input_address, c.input_channel_pitch, c.input_row_pitch};
  std::vector<std::int8_t> plane;
  for (std::uint32_t y = 0; y < c.input_height; ++y)
    for (std::uint32_t x = 0; x < c.input_width; ++x)
      plane.push_back(
          static_cast<std::int8_t>(reference::signed_byte(layer.finish.fmm, map.index(channel, y, x))));
  return plane;
}

Geometry geometry_of(const kasane_kcu_convolution& c) {
  return {.input_height = c.input_height,
          .input_width = c.input_width,
          .output_width = c.output_width,
          .stride_height = c.stride_height,
          .stride_width = c.stride_width,
          .pad_top = c.pad_top,
          .pad_left = c.pad_left,
          .pad_value = c.pad_value};
}

/// Adds what a unit sends for one target to the partial sums of output rows from `first_row` on.
void add(const kasane_kcu_convolution& c, std::uint32_t output, std::uint32_t first_row,
         std::span<const std::int32_t> contributions, Bytes& sums) {
  for (std::size_t n = 0; n < contributions.size(); ++n) {
    const std::uint64_t address =
        c.sums_address + output * c.sums_channel_pitch + (first_row * c.output_width + n) * 4;
    reference::store_word(
        sums, address, reference::wrapped(std::int64_t{reference::word(sums, address)} + contributions[n]));
  }
}

void clear(const kasane_kcu_convolution& c, Bytes& sums) {
  for (std::uint32_t o = 0; o < c.output_channels; ++o)
    std::memset(&sums.at(c.sums_address + o * c.sums_channel_pitch), 0, c.output_height * c.output_width * 4);
}

/// The partial sum memory after all jobs, each in runs of at most `rows` output rows.
Bytes sums_by_function(const RandomKcuLayer& layer, const std::vector<Job>& jobs, std::uint32_t rows) {
  const kasane_kcu_convolution& c = layer.convolution;
  const KcuConfig config = config_for(layer.units);
  Bytes sums = layer.finish.sums;
  clear(c, sums);
  for (const Job& job : jobs) {
    const std::vector<std::int8_t> plane = dense_plane(layer, job.channel);
    for (std::uint32_t first = 0; first < c.output_height; first += rows) {
      const std::uint32_t count = std::min(rows, c.output_height - first);
      std::vector<std::int32_t> responses(std::size_t{count} * c.output_width),
          contributions(responses.size());
      respond(config.units[job.unit], geometry_of(c), plane, first, count, responses);
      for (const kasane_kcu_target& target : job.targets) {
        weigh(responses, target.gain, c.gain_shift, contributions);
        add(c, target.output, first, contributions, sums);
      }
    }
  }
  return sums;
}

TEST(KcuRandomLayers, TableAndArithmeticYieldTheReferencesSums) {
  Random random(2027);
  for (int i = 0; i < 600; ++i) {
    const RandomKcuLayer layer = make_random_kcu_layer(random, make_random_units(random));
    EXPECT_EQ(check(layer), KASANE_ERROR_NONE) << layer.finish.description;
    std::vector<Job> jobs;
    ASSERT_TRUE(decode(layer, jobs)) << layer.finish.description;
    const auto rows = static_cast<std::uint32_t>(random.between(1, layer.convolution.output_height));
    ASSERT_EQ(sums_by_function(layer, jobs, rows), layer.expected_sums())
        << layer.finish.description << ", " << rows << " rows at once";
  }
}

/// Only the highest gain and shift reach the last of 64 bits' products, and only long rows leave vectors'
/// tails.
TEST(KcuRandomLayers, WideMapsToo) {
  Random random(5);
  reference::KcuLayerLimits limits;
  limits.map.extent = 60;
  limits.map.channels = 3;
  for (int i = 0; i < 60; ++i) {
    const RandomKcuLayer layer = make_random_kcu_layer(random, make_random_units(random), limits);
    std::vector<Job> jobs;
    ASSERT_TRUE(decode(layer, jobs)) << layer.finish.description;
    ASSERT_EQ(sums_by_function(layer, jobs, layer.convolution.output_height), layer.expected_sums())
        << layer.finish.description;
  }
}

TEST(KcuRandomLayers, AddersOfTheHardWiredNetworkYieldTheDotProduct) {
  Random random(77);
  for (int i = 0; i < 400; ++i) {
    for (const reference::UnitKernel& unit : make_random_units(random)) {
      const AdderNetwork network(unit.constants);
      std::vector<std::int8_t> taps(unit.constants.size());
      const bool extreme = random.one_in(3);
      for (std::int8_t& tap : taps)
        tap = static_cast<std::int8_t>(extreme ? (random.one_in(2) ? -128 : 127) : random.between(-128, 127));
      const std::int32_t expected =
          std::inner_product(taps.begin(), taps.end(), unit.constants.begin(), std::int32_t{0});
      ASSERT_EQ(network.evaluate(taps), expected);
      const std::int64_t limit = std::int64_t{1} << (network.response_width() - 1);
      ASSERT_TRUE(-limit <= expected && expected < limit)
          << network.response_width() << " bits for " << expected;
    }
  }
}

TEST(KcuRandomLayers, DesignsAgreeOnTheirCrc) {
  Random random(9);
  for (int i = 0; i < 50; ++i) {
    const auto units = make_random_units(random);
    EXPECT_EQ(design_crc(config_for(units).units), reference::design_crc(units));
  }
}

/// Changes one 16-bit field of the first job (or its first target) and expects refusal.
TEST(KcuRandomLayers, TablesThatTheReferenceRefusesAreRefused) {
  constexpr std::uint32_t kUnit = 0, kChannel = 2, kTargets = 4, kReserved = 6, kOutput = 8;
  Random random(13);
  int refused = 0;
  for (int i = 0; i < 200; ++i) {
    const RandomKcuLayer good = make_random_kcu_layer(random, make_random_units(random));
    const kasane_kcu_convolution& c = good.convolution;
    for (const std::uint32_t field : {kUnit, kChannel, kTargets, kReserved, kOutput}) {
      RandomKcuLayer bad = good;
      const auto value =
          static_cast<std::uint32_t>(random.one_in(2) ? random.between(0, 65535) : random.between(0, 40));
      reference::store_half_word(bad.table, c.table_address + field, value);
      bool reference_refuses = false;
      try {
        bad.expected_sums();
      } catch (const std::exception&) {
        reference_refuses = true;
      }
      std::vector<Job> jobs;
      EXPECT_EQ(!decode(bad, jobs), reference_refuses) << "field at " << field << " = " << value;
      refused += reference_refuses;
    }
  }
  EXPECT_GT(refused, 500);
}

}  // namespace
}  // namespace kasane::kcu
