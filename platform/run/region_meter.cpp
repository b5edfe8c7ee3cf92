#include "platform/run/region_meter.h"

#include "models/common/seconds.h"

namespace kasane {

double joules_spent(EnergyAccount& account) {
  account.settle();
  double joules = 0;
  for (std::uint32_t block = 0; block < account.blocks().size(); ++block) {
    joules += account.spent({block}).total();
  }
  return joules;
}

void RegionMeter::attach(EnergyAccount& account, RegionsCsv* stays) {
  account_ = &account;
  stays_ = stays;
}

void RegionMeter::begin(std::uint32_t region) {
  joules_at_begin_.at(region) = joules_spent(*account_);
}

void RegionMeter::end(std::uint32_t region, const std::string& name, const Interval& when) {
  const double joules = joules_spent(*account_) - joules_at_begin_.at(region);
  const auto [entry, fresh] = index_.emplace(name, regions_.size());
  if (fresh) regions_.push_back({.name = name});
  RegionResult& result = regions_[entry->second];
  ++result.count;
  result.seconds += seconds_of(when.length());
  result.joules += joules;
  if (stays_ != nullptr) stays_->add(name, when, joules);
}

}  // namespace kasane
