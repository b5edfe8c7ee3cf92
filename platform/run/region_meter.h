/// Measures what firmware's regions take: time and the whole chip's energy.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "kasane/run_monitor.h"
#include "models/common/energy_account.h"
#include "platform/trace/regions_csv.h"
#include "platform/trace/run_result.h"

namespace kasane {

class RegionMeter {
 public:
  /// Both outlive the meter; `stays` may be null.
  void attach(EnergyAccount& account, RegionsCsv* stays);

  void begin(std::uint32_t region);
  void end(std::uint32_t region, const std::string& name, const Interval& when);
  void add_mistake() { ++mistakes_; }

  /// In the order in which they first ended.
  const std::vector<RegionResult>& regions() const { return regions_; }
  std::uint64_t mistakes() const { return mistakes_; }

 private:
  EnergyAccount* account_ = nullptr;
  RegionsCsv* stays_ = nullptr;
  std::array<double, KASANE_REGIONS> joules_at_begin_{};
  std::vector<RegionResult> regions_;
  std::map<std::string, std::size_t> index_;
  std::uint64_t mistakes_ = 0;
};

/// Of the whole chip, up to now.
double joules_spent(EnergyAccount& account);

}  // namespace kasane
