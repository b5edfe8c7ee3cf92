#include "platform/profile/profile_of_ledger.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace kasane::profile {
namespace {

using Weights = std::vector<double>;

double sum_of(const Weights& weights) {
  return std::accumulate(weights.begin(), weights.end(), 0.0);
}

/// Parts of `whole` in these proportions that add up to it; all of it to the first where there are none.
Weights divided(double whole, const Weights& weights) {
  const double sum = sum_of(weights);
  Weights parts(weights.size());
  if (sum <= 0) {
    parts.front() = whole;
    return parts;
  }
  for (std::size_t index = 0; index < parts.size(); ++index) parts[index] = whole * (weights[index] / sum);
  return parts;
}

class Namer {
 public:
  Namer(const CodeMap& code) : code_(code) {}

  Stack stack(const CallNode& node, InlineId inlined) const {
    Stack frames;
    for (InlineId id = inlined; id != not_inlined; id = code_.inlined(id).caller) {
      frames.push_back(code_.names()[code_.inlined(id).name]);
    }
    for (const CallNode* at = &node; at->parent != nullptr; at = at->parent) {
      frames.push_back(code_.names()[code_.name_of(at->function)]);
      if (at->entry == Entry::interrupt) frames.emplace_back("[interrupt]");
      if (at->entry == Entry::exception) frames.emplace_back("[exception]");
    }
    if (frames.empty()) frames.emplace_back("[reset]");
    std::reverse(frames.begin(), frames.end());
    return frames;
  }

 private:
  const CodeMap& code_;
};

/// Stacks and joules; rounded to picojoules when all are known.
struct EnergySamples {
  std::vector<std::pair<Stack, double>> stacks;

  void add(Stack stack, std::initializer_list<std::string> frames, double joules) {
    if (joules == 0) return;
    stack.insert(stack.end(), frames);
    stacks.emplace_back(std::move(stack), joules);
  }

  Quantity in_picojoules() {
    std::sort(stacks.begin(), stacks.end());
    Weights picojoules;
    for (const auto& [stack, joules] : stacks) picojoules.push_back(joules * 1e12);
    const std::vector<std::uint64_t> values = rounded(picojoules);
    std::vector<Sample> samples;
    for (std::size_t index = 0; index < stacks.size(); ++index) {
      samples.push_back({std::move(stacks[index].first), values[index]});
    }
    return quantity("energy", "picojoules", std::move(samples));
  }
};

class Builder {
 public:
  Builder(const CodeMap& code, const EnergyAccount& account) : namer_(code), account_(account) {}

  void add(const CallNode& node, const NodeWork& work,
           const std::array<std::string, max_memories>& memories) {
    std::vector<SiteWork> sites = work.sites;
    if (sites.empty()) sites.emplace_back();  // running without instructions: on the way to a trap
    const Weights cycles = running_cycles(sites, work.cycles);
    const Weights clock = divided(work.clock_joules, cycles);
    const Weights leakage = divided(work.leakage_joules, cycles);
    for (std::size_t index = 0; index < sites.size(); ++index) {
      const Stack stack = namer_.stack(node, sites[index].inlined);
      instructions_.push_back({stack, sites[index].instructions()});
      cycles_.push_back({stack, static_cast<std::uint64_t>(cycles[index])});
      energy_.add(stack, {"[clocks]"}, clock[index]);
      energy_.add(stack, {"[leakage]"}, leakage[index]);
      add_site(sites[index], stack);
    }
    add_memories(node, sites, work, memories);
  }

  Profile finish() {
    return {.instructions = quantity("instructions", "", std::move(instructions_)),
            .cycles = quantity("cycles", "", std::move(cycles_)),
            .energy = energy_.in_picojoules()};
  }

 private:
  /// Whole numbers that add up to `all`.
  static Weights running_cycles(const std::vector<SiteWork>& sites, std::uint64_t all) {
    Weights weights;
    std::uint64_t fixed = 0;
    for (const SiteWork& site : sites) {
      const std::uint64_t branches = site.counts[static_cast<std::size_t>(InstructionClass::branch)];
      weights.push_back(static_cast<double>(site.memory_accesses() + branches));
      fixed += site.cycles;
    }
    const double extra = all > fixed ? static_cast<double>(all - fixed) : 0;
    const std::vector<std::uint64_t> parts = rounded(divided(extra, weights));
    Weights cycles;
    for (std::size_t index = 0; index < sites.size(); ++index) {
      cycles.push_back(static_cast<double>(sites[index].cycles + parts[index]));
    }
    return cycles;
  }

  void add_site(const SiteWork& site, const Stack& stack) {
    energy_.add(stack, {}, site.joules);
    for (const HardwareEnergy& item : site.hardware) {
      const std::string block = frame_of(item.block);
      if (!item.engine) {
        energy_.add(stack, {block}, item.joules);
      } else if (*item.engine == item.block) {
        energy_.add(stack, {block}, item.joules);
      } else {
        energy_.add(stack, {frame_of(*item.engine), block}, item.joules);
      }
    }
    Stack asleep = stack;
    asleep.push_back(asleep_frame);
    cycles_.push_back({asleep, site.asleep_cycles});
    energy_.add(asleep, {"[clocks]"}, site.asleep_clock_joules);
    energy_.add(asleep, {"[leakage]"}, site.asleep_leakage_joules);
  }

  void add_memories(const CallNode& node, const std::vector<SiteWork>& sites, const NodeWork& work,
                    const std::array<std::string, max_memories>& memories) {
    Weights accesses;
    Weights instructions;
    for (const SiteWork& site : sites) {
      accesses.push_back(static_cast<double>(site.memory_accesses()));
      instructions.push_back(static_cast<double>(site.instructions()));
    }
    for (std::size_t memory = 0; memory < max_memories; ++memory) {
      const Weights data = divided(work.data_joules[memory], accesses);
      const Weights fetched = divided(work.fetch_joules[memory], instructions);
      for (std::size_t index = 0; index < sites.size(); ++index) {
        energy_.add(namer_.stack(node, sites[index].inlined), {memories[memory]},
                    data[index] + fetched[index]);
      }
    }
  }

  std::string frame_of(BlockId block) const { return "[" + account_.blocks()[block.index].name + "]"; }

  Namer namer_;
  const EnergyAccount& account_;
  std::vector<Sample> instructions_;
  std::vector<Sample> cycles_;
  EnergySamples energy_;
};

}  // namespace

Profile profile_of(const CallTree& tree, const Ledger& ledger, const CodeMap& code,
                   const EnergyAccount& account) {
  std::array<std::string, max_memories> memories;
  for (std::size_t memory = 0; memory < max_memories; ++memory) {
    memories[memory] = "[" + account.blocks()[ledger.weights.memories[memory].block.index].name + "]";
  }
  Builder builder(code, account);
  for (std::size_t index = 0; index < ledger.nodes().size(); ++index) {
    builder.add(tree.nodes()[index], ledger.nodes()[index], memories);
  }
  return builder.finish();
}

}  // namespace kasane::profile
