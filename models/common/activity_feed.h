/// Tells the observers of a run what happens, and names what can happen: ports, levels, power domains.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <systemc>

#include "models/common/activity_observer.h"
#include "models/common/ids.h"

namespace kasane {

struct PortEntry {
  BlockId block;
  std::string name;  ///< within its block
};

enum class LevelKind : std::uint8_t {
  wire,   ///< 0 or 1
  count,  ///< how many
};

struct LevelEntry {
  BlockId block;
  std::string name;  ///< within its block
  LevelKind kind = LevelKind::wire;
  std::uint64_t value = 0;
};

struct PowerDomainEntry {
  std::string name;
  PowerState state;
  std::uint64_t changes = 0;
  std::map<std::string, sc_core::sc_time> times;  ///< in each state, by its text; see settle_domains()
  sc_core::sc_time settled;
};

/// A block that works, as opposed to one that only answers.
enum class Worker : std::uint8_t { engine, processor };

struct WorkerEntry {
  BlockId block;
  Worker kind = Worker::engine;
  Activity activity = Activity::idle;
};

class ActivityFeed {
 public:
  PortId add_port(BlockId block, std::string name);
  LevelId add_level(BlockId block, std::string name, LevelKind kind);
  PowerDomainId add_domain(std::string name, const PowerState& state);
  void add_worker(BlockId block, Worker kind);

  const std::vector<PortEntry>& ports() const { return ports_; }
  const std::vector<LevelEntry>& levels() const { return levels_; }
  const std::vector<PowerDomainEntry>& domains() const { return domains_; }
  const std::vector<WorkerEntry>& workers() const { return workers_; }

  /// Each holds from now on; observers hear of changes only.
  void set_level(LevelId level, std::uint64_t value);
  void set_power_state(PowerDomainId domain, const PowerState& state);

  /// Adds the domains' times in their present states up to now; call before reading them.
  void settle_domains();
  void set_activity(BlockId worker, Activity activity);
  /// Throws std::out_of_range for a block that is no worker.
  const WorkerEntry& worker(BlockId block) const { return workers_.at(worker_of_.at(block.index)); }

  /// Calls `report` with every observer.
  template <typename Report>
  void tell(Report report) {
    for (ActivityObserver* observer : observers_) report(*observer);
  }

  /// The observer hears everything from now on, beginning with levels and states as they are; it must outlive
  /// the feed's use.
  void observe(ActivityObserver& observer);

 private:
  std::vector<PortEntry> ports_;
  std::vector<LevelEntry> levels_;
  std::vector<PowerDomainEntry> domains_;
  std::vector<WorkerEntry> workers_;
  std::vector<std::size_t> worker_of_;  ///< by block; beyond the workers for one that is none
  std::vector<ActivityObserver*> observers_;
};

}  // namespace kasane
