/// The call stacks that a program was seen in, as a tree, and what was done in each.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <vector>

#include "platform/profile/code_map.h"

namespace kasane::profile {

/// How control came to a function.
enum class Entry : std::uint8_t { call, interrupt, exception };

/// Accesses by DMI.
struct AccessCounts {
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
};

/// Memories a hart may reach by DMI.
inline constexpr std::size_t max_memories = 8;

/// A function, called in one way.
struct CallNode {
  CallNode* parent = nullptr;  ///< null: the root, which is no function
  FunctionId function = 0;
  Entry entry = Entry::call;
  std::uint32_t depth = 0;
  std::uint32_t index = 0;  ///< in the tree's order of creation
  std::vector<CallNode*> callees;

  // What was done here since it was last collected. Executions are counted by the function's blocks.
  std::vector<std::uint64_t> executions;
  std::uint64_t cycles = 0;
  std::uint64_t paid_cycles = 0;  ///< of them, those that have their share of background energy
  std::array<AccessCounts, max_memories> accesses{};
  bool has_work = false;  ///< the node is in CallTree::worked()
};

class CallTree {
 public:
  CallTree();
  CallTree(const CallTree&) = delete;
  CallTree& operator=(const CallTree&) = delete;

  CallNode& root() { return nodes_.front(); }

  /// The node for `function`, entered from `from`. Stacks deeper than max_depth, and further ones when there
  /// are max_nodes already, are joined: a function then stands beside its caller, or under the root.
  CallNode& callee(CallNode& from, FunctionId function, Entry entry);

  /// Blocks are numbered by function; makes room for one more in all its nodes. Returns its number.
  std::uint32_t add_block(FunctionId function);

  /// Puts a node on the list of those with work to collect.
  void mark(CallNode& node) {
    if (node.has_work) return;
    node.has_work = true;
    worked_.push_back(&node);
  }
  std::vector<CallNode*>& worked() { return worked_; }
  const std::deque<CallNode>& nodes() const { return nodes_; }

  static constexpr std::uint32_t max_depth = 512;
  static constexpr std::size_t max_nodes = 100'000;

 private:
  struct Function {
    std::uint32_t blocks = 0;
    std::uint32_t room = 16;  ///< for so many in each node
    std::vector<CallNode*> nodes;
  };
  Function& function(FunctionId id);

  std::deque<CallNode> nodes_;
  std::deque<Function> functions_;
  std::vector<CallNode*> worked_;
};

}  // namespace kasane::profile
