/// The names of everything that a trace shows, and the tracks that slices lie on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "models/common/activity_feed.h"
#include "models/common/energy_account.h"

namespace kasane {

struct TraceLayout {
  /// `layers` names the network's layers, by LayerId; `sources` the interrupt controller's sources, by
  /// number: each the block that interrupts, empty where there is none; `cpu` is the block that runs
  /// software.
  TraceLayout(const EnergyAccount& account, std::vector<std::string> layers, std::vector<std::string> sources,
              BlockId cpu);

  std::vector<std::string> blocks;
  std::vector<PortEntry> ports;
  std::vector<LevelEntry> levels;
  std::vector<WorkerEntry> workers;
  std::vector<std::string> domains;
  std::vector<std::string> layers;
  std::vector<std::string> sources;
  BlockId cpu;

  /// The layer's name, empty for none.
  const std::string& layer_name(LayerId layer) const;
};

struct TrackInfo {
  std::string group;  ///< a block, "software", or "domain <name>"
  std::string name;   ///< within its group
};

/// Numbers for tracks; all but the blocks' appear as they are asked for.
class TrackTable {
 public:
  explicit TrackTable(const TraceLayout& layout);

  std::size_t of_block(BlockId block, Track track) const;
  std::size_t named(const std::string& group, const std::string& name);

  const TrackInfo& operator[](std::size_t track) const { return tracks_[track]; }

 private:
  std::vector<TrackInfo> tracks_;
  std::map<std::pair<std::string, std::string>, std::size_t> named_;
};

}  // namespace kasane
