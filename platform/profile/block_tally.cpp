#include "platform/profile/block_tally.h"

#include <algorithm>
#include <utility>

namespace kasane::profile {

BlockTally::Part& BlockTally::part(InlineId inlined) {
  const auto found =
      std::find_if(parts.begin(), parts.end(), [&](const Part& part) { return part.inlined == inlined; });
  return found != parts.end() ? *found : parts.emplace_back(Part{.inlined = inlined});
}

std::optional<BlockNumber> BlockTallies::find(const BlockIdentity& block) const {
  const auto known = numbers_.find(block);
  return known == numbers_.end() ? std::nullopt : std::optional(known->second);
}

BlockNumber BlockTallies::add(const BlockIdentity& block, FunctionId function, BlockTally tally) {
  if (function >= functions_.size()) functions_.resize(function + 1);
  functions_[function].push_back(std::move(tally));
  return numbers_[block] = {function, tree_.add_block(function)};
}

}  // namespace kasane::profile
