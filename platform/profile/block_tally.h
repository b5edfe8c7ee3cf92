/// What executing a block once amounts to, by inlined call.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "platform/cpu/hart_config.h"
#include "platform/profile/call_tree.h"

namespace kasane::profile {

struct BlockTally {
  struct Part {
    InlineId inlined = not_inlined;
    std::array<std::uint16_t, instruction_classes> counts{};
    std::uint32_t cycles = 0;
    bool operator==(const Part&) const = default;
  };
  std::uint64_t pc = 0;
  std::uint32_t fetches = 0;            ///< words read of `memory`
  std::uint32_t memory = max_memories;  ///< beyond the last: none that is metered
  std::vector<Part> parts;

  Part& part(InlineId inlined);
  bool operator==(const BlockTally&) const = default;
};

/// The blocks of all functions, numbered as CallTree::add_block says. A block that is decoded anew is known.
class BlockTallies {
 public:
  explicit BlockTallies(CallTree& tree) : tree_(tree) {}
  std::uint32_t number(FunctionId function, BlockTally tally);
  const BlockTally& at(FunctionId function, std::size_t number) const {
    return functions_[function].blocks[number];
  }

 private:
  struct Function {
    std::vector<BlockTally> blocks;
    std::multimap<std::uint64_t, std::uint32_t> numbers;  ///< by address
  };
  CallTree& tree_;
  std::vector<Function> functions_;
};

}  // namespace kasane::profile
