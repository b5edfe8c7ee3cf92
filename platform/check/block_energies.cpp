#include "platform/check/block_energies.h"

#include <algorithm>

#include "platform/check/exact_sum.h"

namespace kasane::checks {

void compare_with_ledger(Findings& findings, const std::string& file, const Ledger& ledger,
                         const std::vector<BlockEnergy>& traced, const std::string& counts) {
  Law law(findings, file, "energy = ledger");
  double worst = 0;
  std::string worst_block = "every block";
  for (const BlockEnergy& energy : traced) {
    const Ledger::Block* block = ledger.block(energy.block);
    if (block == nullptr) {
      law.violated(energy.block + ": a block that summary.json does not have");
      continue;
    }
    const double off = deviation(block->joules(), energy.joules);
    if (off > tolerance) {
      law.violated(energy.block + ": " + expected_found(block->joules(), energy.joules, "J"));
    }
    if (off > worst) {
      worst = off;
      worst_block = energy.block;
    }
  }
  for (const Ledger::Block& block : ledger.blocks) {
    const bool found = std::any_of(traced.begin(), traced.end(),
                                   [&](const BlockEnergy& energy) { return energy.block == block.name; });
    if (!found && block.joules() != 0) {
      law.violated(block.name + ": expected " + text(block.joules()) + " J, found no power of this block");
    }
  }
  law.close(counts, "worst deviation " + rough(worst) + " (" + worst_block + ")");
}

}  // namespace kasane::checks
