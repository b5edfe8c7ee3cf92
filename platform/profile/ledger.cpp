#include "platform/profile/ledger.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace kasane::profile {
namespace {

std::uint64_t count_of(const SiteWork& site, InstructionClass kind) {
  return site.counts[static_cast<std::size_t>(kind)];
}

SiteWork& site_of(NodeWork& node, InlineId inlined) {
  const auto found = std::find_if(node.sites.begin(), node.sites.end(),
                                  [&](const SiteWork& site) { return site.inlined == inlined; });
  return found != node.sites.end() ? *found : node.sites.emplace_back(SiteWork{.inlined = inlined});
}

}  // namespace

std::uint64_t SiteWork::instructions() const {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

std::uint64_t SiteWork::memory_accesses() const {
  return count_of(*this, InstructionClass::load) + count_of(*this, InstructionClass::store) +
         count_of(*this, InstructionClass::atomic);
}

NodeWork& Ledger::work(const CallNode& node) {
  if (node.index >= nodes_.size()) nodes_.resize(node.index + 1);
  return nodes_[node.index];
}

SiteWork& Ledger::work(const Site& site) {
  return site_of(work(*site.node), site.inlined);
}

void Ledger::correct(const Site& site, InstructionClass kind, std::uint32_t cycles, int sign) {
  const auto index = static_cast<std::size_t>(kind);
  SiteWork& entry = work(site);
  entry.counts[index] += static_cast<std::uint64_t>(std::int64_t{sign});
  entry.cycles += static_cast<std::uint64_t>(std::int64_t{sign} * cycles);
  entry.weight += sign * weights.instructions[index];
  tree_.mark(*site.node);
}

void Ledger::add_hardware(const Site& site, std::optional<BlockId> engine, BlockId block, double joules) {
  SiteWork& entry = work(site);
  for (HardwareEnergy& known : entry.hardware) {
    if (known.engine != engine || known.block != block) continue;
    known.joules += joules;
    return;
  }
  entry.hardware.push_back({engine, block, joules});
}

void Ledger::add_sleep(const Site& site, std::uint64_t cycles, double clock_joules, double leakage_joules) {
  SiteWork& entry = work(site);
  entry.asleep_cycles += cycles;
  entry.asleep_clock_joules += clock_joules;
  entry.asleep_leakage_joules += leakage_joules;
}

void Ledger::collect_blocks(CallNode& node, NodeWork& total, Shares& shares) {
  std::array<double, max_memories> fetched{};
  for (std::size_t number = 0; number < node.executions.size(); ++number) {
    const std::uint64_t times = std::exchange(node.executions[number], 0);
    if (times == 0) continue;
    const BlockTally& tally = tallies_.at(node.function, number);
    for (const BlockTally::Part& part : tally.parts) {
      SiteWork& site = site_of(total, part.inlined);
      site.cycles += times * part.cycles;
      for (std::size_t kind = 0; kind < instruction_classes; ++kind) {
        site.counts[kind] += times * part.counts[kind];
        site.weight += static_cast<double>(times * part.counts[kind]) * weights.instructions[kind];
      }
    }
    if (tally.memory < max_memories) {
      fetched[tally.memory] +=
          static_cast<double>(times * tally.fetches) * weights.memories[tally.memory].read_joules;
    }
  }
  for (std::size_t memory = 0; memory < max_memories; ++memory) {
    if (fetched[memory] > 0)
      shares.memories[memory].push_back({&total.fetch_joules[memory], fetched[memory]});
  }
}

void Ledger::divide_background() {
  clock_shares_.clear();
  leakage_shares_.clear();
  for (CallNode* node : tree_.worked()) {
    const auto cycles = static_cast<double>(node->cycles - std::exchange(node->paid_cycles, node->cycles));
    if (cycles <= 0) continue;
    NodeWork& total = work(*node);
    clock_shares_.push_back({&total.clock_joules, cycles});
    leakage_shares_.push_back({&total.leakage_joules, cycles});
  }
  divide(pool.clock, clock_shares_);
  divide(pool.leakage, leakage_shares_);
}

void Ledger::collect() {
  divide_background();
  Shares shares;
  for (CallNode* node : tree_.worked()) {
    NodeWork& total = work(*node);
    collect_blocks(*node, total, shares);
    for (SiteWork& site : total.sites) {
      const double weight = std::exchange(site.weight, 0);
      if (weight != 0) shares.instructions.push_back({&site.joules, weight});
    }
    total.cycles += std::exchange(node->cycles, 0);
    node->paid_cycles = 0;
    for (std::size_t memory = 0; memory < max_memories; ++memory) {
      const AccessCounts counts = std::exchange(node->accesses[memory], {});
      const double weight = static_cast<double>(counts.reads) * weights.memories[memory].read_joules +
                            static_cast<double>(counts.writes) * weights.memories[memory].write_joules;
      if (weight > 0) shares.memories[memory].push_back({&total.data_joules[memory], weight});
    }
    node->has_work = false;
  }
  tree_.worked().clear();
  divide(pool.instructions, shares.instructions);
  for (std::size_t memory = 0; memory < max_memories; ++memory) {
    divide(pool.memories[memory], shares.memories[memory]);
  }
}

void Ledger::divide(double& joules, const std::vector<Share>& shares) {
  double sum = 0;
  for (const Share& share : shares) sum += share.weight;
  if (joules == 0 || sum <= 0) return;
  for (const Share& share : shares) *share.joules += joules * (share.weight / sum);
  joules = 0;
}

void Ledger::give_rest_to(const Site& site, BlockId hart) {
  double hardware = pool.instructions;
  for (const double joules : pool.memories) hardware += joules;
  if (hardware != 0) add_hardware(site, std::nullopt, hart, hardware);
  add_sleep(site, 0, pool.clock, pool.leakage);
  pool = {};
}

}  // namespace kasane::profile
