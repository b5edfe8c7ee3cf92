/// What executing a block once amounts to, by inlined call.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <unordered_map>
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
  std::uint32_t fetches = 0;            ///< words read of `memory`
  std::uint32_t memory = max_memories;  ///< beyond the last: none that is metered
  std::vector<Part> parts;

  Part& part(InlineId inlined);
};

/// What tells blocks apart, also when code is written anew. Blocks are decoded again and again, as their
/// memory's clock changes; their tallies are made once.
struct BlockIdentity {
  std::uint64_t pc = 0;
  std::uint64_t instructions = 0;  ///< a digest of their kinds and cycles
  std::uint32_t fetches = 0;
  std::uint32_t memory = max_memories;
  bool operator==(const BlockIdentity&) const = default;
};

/// A block's function, and its number there.
struct BlockNumber {
  FunctionId function = 0;
  std::uint32_t number = 0;
};

/// The blocks of all functions, numbered as CallTree::add_block says.
class BlockTallies {
 public:
  explicit BlockTallies(CallTree& tree) : tree_(tree) {}
  /// Empty: not seen yet.
  std::optional<BlockNumber> find(const BlockIdentity& block) const;
  BlockNumber add(const BlockIdentity& block, FunctionId function, BlockTally tally);
  const BlockTally& at(FunctionId function, std::size_t number) const { return functions_[function][number]; }

 private:
  struct Hash {
    std::size_t operator()(const BlockIdentity& block) const { return (block.pc >> 1) ^ block.instructions; }
  };
  CallTree& tree_;
  std::vector<std::vector<BlockTally>> functions_;
  std::unordered_map<BlockIdentity, BlockNumber, Hash> numbers_;
};

}  // namespace kasane::profile
