/// Each law of summary.json by itself, broken.
#include "tests/unit/check/small_run.h"

namespace kasane::checks {
namespace {

constexpr const char* blocks_law = "summary.json: blocks add up to the chip's energy";
constexpr const char* seconds_law = "summary.json: seconds of layers add up to simulated_seconds";
constexpr const char* parts_law =
    "summary.json: compute, memory, software and idle time add up to each layer's seconds";
constexpr const char* layers_law =
    "summary.json: energy of layers = dynamic + leakage, and adds up to the chip's";
constexpr const char* layer_blocks_law =
    "summary.json: energy and bytes of each block over the layers = the block's";
constexpr const char* range_law = "summary.json: energy within its range";
constexpr const char* region_law = "summary.json: average power of each region = energy / time";
constexpr const char* domain_law = "summary.json: states of each power domain add up to simulated_seconds";

/// summary.json alone, so that a change breaks nothing else.
class Summary : public SmallRun {
 protected:
  Summary() {
    for (const char* file :
         {"power.csv", "timeline.csv", "trace.pftrace", "waves.vcd", "results.csv", "regions.csv"}) {
      remove(file);
    }
  }
  void change(const std::string& from, const std::string& to) { SmallRun::change("summary.json", from, to); }
};

TEST_F(Summary, Holds) {
  expect_all_hold();
}

TEST_F(Summary, HasOtherDynamicEnergyThanItsBlocks) {
  change(R"("dynamic_joules": 4.5e-06)", R"("dynamic_joules": 4.6e-06)");
  expect_broken({blocks_law});
}

TEST_F(Summary, HasOtherLeakageThanItsBlocks) {
  change(R"("leakage_joules": 7.5e-07)", R"("leakage_joules": 7.6e-07)");
  expect_broken({blocks_law});
}

TEST_F(Summary, HasOtherEnergyThanItsBlocks) {
  change(R"("energy_joules": 5.25e-06)", R"("energy_joules": 5.26e-06)");
  expect_broken({blocks_law, layers_law});
}

TEST_F(Summary, HasABlockThatGainsEnergy) {
  change(
      R"("ncu": {"energy_joules": {"dynamic": 2.5e-06, "leakage": 5e-07}, "energy_range_joules": {"low": 2e-06)",
      R"("ncu": {"energy_joules": {"dynamic": 4e-06, "leakage": -1e-06}, "energy_range_joules": {"low": 2e-06)");
  expect_broken({blocks_law, layer_blocks_law});
}

TEST_F(Summary, HasLayersOfOtherTimeThanTheRun) {
  change(R"("simulated_seconds": 4e-06)", R"("simulated_seconds": 4.1e-06)");
  expect_broken({seconds_law, domain_law});
}

TEST_F(Summary, HasALayerWhosePartsAreNotItsTime) {
  change(R"("compute_seconds": 1.5e-06)", R"("compute_seconds": 1.6e-06)");
  expect_broken({parts_law});
}

TEST_F(Summary, HasALayerWithNegativeTime) {
  change(R"("compute_seconds": 1.5e-06, "memory_seconds": 5e-07)",
         R"("compute_seconds": 2.5e-06, "memory_seconds": -5e-07)");
  expect_broken({parts_law});
}

TEST_F(Summary, HasALayerWhoseEnergyIsNotDynamicAndLeakage) {
  change(R"("energy_joules": 1.25e-07, "dynamic_joules": 1e-07)",
         R"("energy_joules": 1.26e-07, "dynamic_joules": 1e-07)");
  expect_broken({layers_law});
}

TEST_F(Summary, HasABlockWhoseLayersHoldOtherEnergy) {
  change(R"("cpu": {"dynamic_joules": 1e-07, "leakage_joules": 2.5e-08)",
         R"("cpu": {"dynamic_joules": 1.1e-07, "leakage_joules": 2.5e-08)");
  expect_broken({layer_blocks_law});
}

TEST_F(Summary, HasEnergyInTheWrongBlockOfALayer) {
  change(R"("cpu": {"dynamic_joules": 1e-07,)", R"("ncu": {"dynamic_joules": 1e-07,)");
  expect_broken({layer_blocks_law});
}

TEST_F(Summary, HasABlockWhoseLayersHoldOtherBytes) {
  change(R"("bytes_read": 30)", R"("bytes_read": 31)");
  expect_broken({layer_blocks_law});
}

TEST_F(Summary, HasEnergyBelowItsRange) {
  change(R"("low": 2e-06, "high": 5e-06)", R"("low": 3.1e-06, "high": 5e-06)");
  expect_broken({range_law});
}

TEST_F(Summary, HasEnergyAboveItsRange) {
  change(R"("low": 3e-06, "high": 9e-06)", R"("low": 3e-06, "high": 5.2e-06)");
  expect_broken({range_law});
}

TEST_F(Summary, HasARegionOfOtherPower) {
  change(R"("average_watts": 1.85)", R"("average_watts": 1.86)");
  expect_broken({region_law});
}

TEST_F(Summary, HasADomainWhoseStatesAreNotTheRun) {
  change(R"({"state": "off", "seconds": 1e-06})", R"({"state": "off", "seconds": 1.1e-06})");
  expect_broken({domain_law});
}

}  // namespace
}  // namespace kasane::checks
