#include "models/common/activity_feed.h"

#include <algorithm>
#include <utility>

namespace kasane {
namespace {

void settle(PowerDomainEntry& domain) {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  if (now == domain.settled) return;
  const sc_core::sc_time awake = std::clamp(domain.state.awake_at, domain.settled, now);
  if (domain.state.powered && awake > domain.settled) {
    domain.times[waking_up_text] += awake - domain.settled;
    domain.settled = awake;
  }
  if (now > domain.settled) domain.times[text_of(domain.state)] += now - domain.settled;
  domain.settled = now;
}

}  // namespace

PortId ActivityFeed::add_port(BlockId block, std::string name) {
  ports_.push_back({block, std::move(name)});
  return {static_cast<std::uint32_t>(ports_.size() - 1)};
}

LevelId ActivityFeed::add_level(BlockId block, std::string name, LevelKind kind) {
  levels_.push_back({block, std::move(name), kind});
  return {static_cast<std::uint32_t>(levels_.size() - 1)};
}

PowerDomainId ActivityFeed::add_domain(std::string name, const PowerState& state) {
  domains_.push_back({.name = std::move(name), .state = state, .times = {}, .settled = {}});
  return {static_cast<std::uint32_t>(domains_.size() - 1)};
}

void ActivityFeed::set_level(LevelId level, std::uint64_t value) {
  LevelEntry& entry = levels_[level.index];
  if (entry.value == value) return;
  entry.value = value;
  tell([&](ActivityObserver& observer) { observer.on_level(level, sc_core::sc_time_stamp(), value); });
}

void ActivityFeed::set_power_state(PowerDomainId domain, const PowerState& state) {
  PowerDomainEntry& entry = domains_[domain.index];
  settle(entry);
  entry.state = state;
  ++entry.changes;
  tell([&](ActivityObserver& observer) { observer.on_power_state(domain, sc_core::sc_time_stamp(), state); });
}

void ActivityFeed::settle_domains() {
  for (PowerDomainEntry& domain : domains_) settle(domain);
}

void ActivityFeed::add_worker(BlockId block, Worker kind) {
  constexpr std::size_t none = ~std::size_t{0};
  if (worker_of_.size() <= block.index) worker_of_.resize(block.index + 1, none);
  worker_of_[block.index] = workers_.size();
  workers_.push_back({block, kind});
}

void ActivityFeed::set_activity(BlockId worker, Activity activity) {
  workers_[worker_of_[worker.index]].activity = activity;
  tell([&](ActivityObserver& observer) { observer.on_activity(worker, sc_core::sc_time_stamp(), activity); });
}

void ActivityFeed::observe(ActivityObserver& observer) {
  observers_.push_back(&observer);
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  for (std::uint32_t index = 0; index < domains_.size(); ++index) {
    observer.on_power_state({index}, now, domains_[index].state);
  }
  for (std::uint32_t index = 0; index < levels_.size(); ++index) {
    if (levels_[index].value != 0) observer.on_level({index}, now, levels_[index].value);
  }
  for (const WorkerEntry& worker : workers_) {
    if (worker.activity != Activity::idle) observer.on_activity(worker.block, now, worker.activity);
  }
}

}  // namespace kasane
