/// Who spent what: adds up, for every call stack and inlined call, instructions, cycles and energy.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "models/common/direct_memory_meter.h"
#include "models/common/ids.h"
#include "platform/profile/block_tally.h"
#include "platform/profile/call_tree.h"

namespace kasane::profile {

/// A place in the code, and the way there.
struct Site {
  CallNode* node = nullptr;
  InlineId inlined = not_inlined;
};

/// What a block spent on behalf of a site, which had `engine` do it, or did it itself.
struct HardwareEnergy {
  std::optional<BlockId> engine;
  BlockId block;
  double joules = 0;
};

struct SiteWork {
  InlineId inlined = not_inlined;
  std::array<std::uint64_t, instruction_classes> counts{};
  std::uint64_t cycles = 0;  ///< those that instructions always take
  double joules = 0;         ///< of the hart, for instructions
  double weight = 0;         ///< of instructions not yet in `joules`
  std::uint64_t asleep_cycles = 0;
  double asleep_clock_joules = 0;
  double asleep_leakage_joules = 0;
  std::vector<HardwareEnergy> hardware;

  std::uint64_t instructions() const;
  std::uint64_t memory_accesses() const;
};

struct NodeWork {
  std::vector<SiteWork> sites;
  std::uint64_t cycles = 0;  ///< all while running
  double clock_joules = 0;
  double leakage_joules = 0;
  std::array<double, max_memories> data_joules{};
  std::array<double, max_memories> fetch_joules{};
};

/// Energy that is known in sum only, to be divided by what was done meanwhile.
struct EnergyPool {
  double instructions = 0;
  double clock = 0;
  double leakage = 0;
  std::array<double, max_memories> memories{};
};

/// What operations cost in relation to each other: only their ratios matter.
struct EnergyWeights {
  std::array<double, instruction_classes> instructions{};
  std::array<DirectAccessCosts, max_memories> memories{};
};

class Ledger {
 public:
  Ledger(CallTree& tree, const BlockTallies& tallies) : tree_(tree), tallies_(tallies) {}

  EnergyWeights weights;
  /// Energy booked since the last collect().
  EnergyPool pool;

  /// Adds to or takes from what blocks are taken to have executed, `cycles` cycles of one instruction.
  void correct(const Site& site, InstructionClass kind, std::uint32_t cycles, int sign);
  /// Divides the pool's background energy by the cycles that have had no share of it: before powers change.
  void divide_background();
  /// Moves what nodes did to the ledger and divides the pool by it: instructions' energy by their class,
  /// accesses' by their number and kind, background by cycles. What nobody did anything for stays in the
  /// pool.
  void collect();
  /// What is left in the pool at the end is this site's.
  void give_rest_to(const Site& site, BlockId hart);

  void add_hardware(const Site& site, std::optional<BlockId> engine, BlockId block, double joules);
  void add_sleep(const Site& site, std::uint64_t cycles, double clock_joules, double leakage_joules);

  /// By CallNode::index; may be shorter than the tree has nodes.
  const std::deque<NodeWork>& nodes() const { return nodes_; }

 private:
  struct Share {
    double* joules;
    double weight;
  };
  /// What is to be divided, and among whom.
  struct Shares {
    std::vector<Share> instructions;
    std::array<std::vector<Share>, max_memories> memories;
  };
  NodeWork& work(const CallNode& node);
  SiteWork& work(const Site& site);
  void collect_blocks(CallNode& node, NodeWork& total, Shares& shares);
  static void divide(double& joules, const std::vector<Share>& shares);

  CallTree& tree_;
  const BlockTallies& tallies_;
  std::deque<NodeWork> nodes_;
  std::vector<Share> clock_shares_;
  std::vector<Share> leakage_shares_;
};

}  // namespace kasane::profile
