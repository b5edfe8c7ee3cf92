#include "platform/profile/block_tally.h"

#include <algorithm>
#include <utility>

namespace kasane::profile {

BlockTally::Part& BlockTally::part(InlineId inlined) {
  const auto found =
      std::find_if(parts.begin(), parts.end(), [&](const Part& part) { return part.inlined == inlined; });
  return found != parts.end() ? *found : parts.emplace_back(Part{.inlined = inlined});
}

std::uint32_t BlockTallies::number(FunctionId id, BlockTally tally) {
  if (id >= functions_.size()) functions_.resize(id + 1);
  Function& function = functions_[id];
  const auto [first, last] = function.numbers.equal_range(tally.pc);
  for (auto known = first; known != last; ++known) {
    if (function.blocks[known->second] == tally) return known->second;
  }
  const std::uint32_t number = tree_.add_block(id);
  function.numbers.emplace(tally.pc, number);
  function.blocks.push_back(std::move(tally));
  return number;
}

}  // namespace kasane::profile
