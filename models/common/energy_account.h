/// The chip's ledger: blocks book operations and busy time here, and here alone energy is added up.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <systemc>

#include "models/common/activity_feed.h"
#include "models/common/activity_observer.h"
#include "models/common/energy_in_flight.h"
#include "models/common/figure.h"
#include "models/common/ids.h"
#include "models/common/time_breakdown.h"

namespace kasane {

/// Energy by kind, in joules.
struct Energy {
  double dynamic = 0;  ///< operations and clock tree
  double leakage = 0;
  double total() const { return dynamic + leakage; }
  Energy& operator+=(const Energy& other);
};

/// Data moved.
struct Bytes {
  std::uint64_t read = 0;
  std::uint64_t written = 0;
  std::uint64_t total() const { return read + written; }
  Bytes& operator+=(const Bytes& other);
};

/// Energy with every figure at its low, or at its high bound, in joules.
struct EnergyRange {
  double low = 0;
  double high = 0;
  EnergyRange& operator+=(const EnergyRange& other);
};

/// One kind of operation of a block and how often it happened.
struct OperationEntry {
  std::string name;  ///< e.g. "multiply_8x8"
  Figure joules;     ///< of one operation, at the technology's nominal voltage
  std::uint64_t count = 0;
};

/// How often an operation happened.
struct OperationCount {
  OperationId operation;
  std::uint64_t count = 0;
};

/// What a block did for one layer.
struct LayerShare {
  Energy energy;
  Bytes bytes;
  sc_core::sc_time busy;  ///< with commands of that layer
  /// Of a pipelined engine: how long its steps waited for which of its stages, in the order met.
  std::vector<std::pair<std::string_view, sc_core::sc_time>> bounds;
};

/// Everything the account knows of one block.
struct BlockEntry {
  std::string name;
  double area_mm2 = 0;
  sc_core::sc_time busy;  ///< time in which the block worked (sum of busy intervals)
  std::vector<OperationId> operations;
  std::map<LayerId, LayerShare> layers;  ///< no_layer holds what belongs to none
  Energy energy() const;
  Bytes bytes() const;
};

/// Books operations, turns them into joules at the block's present voltage, adds background power over time.
/// Law: for every block, all energy reported to the observers adds up to its ledger entry.
class EnergyAccount {
 public:
  /// Adds a block; names are unique.
  BlockId add_block(std::string name, double area_mm2);

  /// Adds a kind of operation to a block; `joules` of one operation at nominal voltage, > 0.
  OperationId add_operation(BlockId block, std::string name, const Figure& joules);

  /// Books `count` operations spent evenly over `when`, for `layer`, or for the layer software is in.
  /// Precondition: when.begin >= sc_time_stamp().
  void book(OperationId operation, std::uint64_t count, const Interval& when);
  void book(OperationId operation, std::uint64_t count, const Interval& when, LayerId layer);

  /// The same for several operations of one block at once, reported to the observers as one.
  void book(BlockId block, std::span<const OperationCount> counts, const Interval& when, LayerId layer);

  /// The same for an access over a port of the operations' block, which moves data.
  void book_access(PortId port, std::span<const OperationCount> counts, const Bytes& moved,
                   const Interval& when, LayerId layer);

  /// Books data that an engine takes in or gives away; does not cost energy by itself.
  void book_bytes(BlockId block, const Bytes& moved, LayerId layer);

  /// Books that the block works over `when`, as a slice on `track`. Only Track::commands counts as busy time.
  void book_busy(BlockId block, Track track, std::string_view name, LayerId layer, const Interval& when);

  /// Books that a step of the block's pipeline took `length` because of `stage`, a name that outlives the
  /// account.
  void book_bound(BlockId block, std::string_view stage, LayerId layer, sc_core::sc_time length);

  /// Adds busy time without a slice: for memories and interconnect, whose accesses are too many to draw.
  void book_busy(BlockId block, sc_core::sc_time length) { blocks_[block.index].busy += length; }

  /// Shows a slice in which the block does not work, such as a CPU's sleep; it is not busy time.
  void show_idle(BlockId block, Track track, std::string_view name, LayerId layer, const Interval& when);

  /// What a worker does from now on; see ActivityFeed::add_worker.
  void set_activity(BlockId worker, Activity activity);

  /// Sets what one operation costs relative to nominal voltage, from now on.
  void set_dynamic_scale(BlockId block, double scale);

  /// Sets the power the block draws regardless of operations, in watts (already scaled), from now on.
  void set_background(BlockId block, const Figure& clock_watts, const Figure& leakage_watts);

  /// Software enters `layer` now; background power and untagged operations count for it.
  void enter_layer(LayerId layer);
  LayerId layer() const { return layer_; }

  /// Adds background energy and time up to now; call before reading results.
  void settle();

  /// What the block has spent up to now: as the ledger after settle(), less what is booked for later.
  Energy spent(BlockId block) const;
  /// What the block draws now, in watts: background power, and operations booked over a time that now lies
  /// in.
  double watts(BlockId block) const;

  /// Observers see everything from now on; they must outlive the account's use.
  void observe(ActivityObserver& observer);

  const std::vector<BlockEntry>& blocks() const { return blocks_; }
  /// What the block's energy, all of it up to settle(), is at the bounds of its figures.
  EnergyRange range(BlockId block) const;
  OperationEntry operation(OperationId id) const;
  std::uint64_t count(OperationId id) const { return tallies_[id.index].count; }
  /// Time spent in each layer, by software's word.
  const std::map<LayerId, TimeShares>& layer_times() const { return times_.layers(); }
  ActivityFeed& feed() { return feed_; }
  const ActivityFeed& feed() const { return feed_; }

 private:
  struct Operation {
    std::string name;
    Figure joules;
    BlockId block;
    std::uint64_t counted = 0;  ///< of the count, what `scaled` holds: up to the last change of voltage
    double scaled = 0;          ///< operations at nominal voltage that cost as much as those counted
  };
  /// What bookings need of an operation: together, as every synchronisation of a hart books many.
  struct Tally {
    double joules = 0;
    std::uint64_t count = 0;
  };
  /// What bookings need of a block, and the ledger line last written to (layers change rarely).
  struct Working {
    double dynamic_scale = 1;
    Figure clock_watts;
    Figure leakage_watts;
    EnergyRange background;  ///< of clock and leakage up to the last settle()
    LayerId cached_layer = no_layer;
    LayerShare* cached_share = nullptr;
    EnergyInFlight in_flight;
  };
  LayerShare& share_of(BlockId block, LayerId layer) {
    Working& working = working_[block.index];
    const bool known = working.cached_share != nullptr && working.cached_layer == layer;
    return known ? *working.cached_share : find_share(block, layer);
  }
  LayerShare& find_share(BlockId block, LayerId layer);
  /// Counts the operations and adds their energy to the ledger; returns it in joules.
  double add(BlockId block, std::span<const OperationCount> counts, const Interval& when, LayerShare& share);
  /// Operation::scaled, with what happened since the last change of voltage.
  double scaled_count(OperationId id) const;

  std::vector<BlockEntry> blocks_;
  std::vector<Working> working_;
  std::vector<Operation> operations_;
  std::vector<Tally> tallies_;  ///< of the operations
  ActivityFeed feed_;
  TimeBreakdown times_;
  sc_core::sc_time settled_;
  LayerId layer_ = no_layer;
};

}  // namespace kasane
