#include "platform/profile/call_tree.h"

#include <utility>

namespace kasane::profile {

CallTree::CallTree() {
  nodes_.emplace_back();
}

CallTree::Function& CallTree::function(FunctionId id) {
  if (id >= functions_.size()) functions_.resize(id + 1);
  return functions_[id];
}

CallNode& CallTree::callee(CallNode& from, FunctionId id, Entry entry) {
  for (CallNode*& node : from.callees) {
    if (node->function != id || node->entry != entry) continue;
    std::swap(node, from.callees.front());  // it is likely to be the next again
    return *from.callees.front();
  }
  if (from.depth >= max_depth) return callee(*from.parent, id, entry);
  if (nodes_.size() >= max_nodes && from.parent != nullptr) return callee(root(), id, Entry::call);
  Function& named = function(id);
  CallNode& node = nodes_.emplace_back();
  node.parent = &from;
  node.function = id;
  node.entry = entry;
  node.depth = from.depth + 1;
  node.index = static_cast<std::uint32_t>(nodes_.size() - 1);
  node.executions.resize(named.room);
  from.callees.push_back(&node);
  named.nodes.push_back(&node);
  return node;
}

std::uint32_t CallTree::add_block(FunctionId id) {
  Function& named = function(id);
  if (named.blocks == named.room) {
    named.room *= 2;
    for (CallNode* node : named.nodes) node->executions.resize(named.room);
  }
  return named.blocks++;
}

}  // namespace kasane::profile
