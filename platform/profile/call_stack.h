/// Follows calls, returns and traps, and knows the node of the call tree that the hart is in.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "platform/profile/call_tree.h"

namespace kasane::profile {

/// A return is known by its address and by the stack pointer, so that longjmp, and systems with a stack for
/// each task, are followed too. A function entered in any other way takes the place of the one that was left:
/// a tail call.
class CallStack {
 public:
  CallStack(CallTree& tree, const CodeMap& code) : tree_(tree), code_(code), node_(&tree.root()) {}

  CallNode& node() const { return *node_; }

  /// A call instruction: the next function entered is the callee.
  void call(std::uint64_t return_address, std::uint64_t stack_pointer) {
    if (frames_.size() >= max_frames) forget_oldest();
    frames_.push_back({node_, return_address, stack_pointer, false});
    arrival_ = Arrival::call;
  }
  /// A return instruction.
  void leave(std::uint64_t target, std::uint64_t stack_pointer) {
    if (!frames_.empty() && frames_.back().is(target, stack_pointer) && !frames_.back().trap) {
      node_ = frames_.back().caller;
      frames_.pop_back();
      arrival_ = Arrival::jump;
    } else {
      leave_unevenly(target, stack_pointer);
    }
  }
  /// A trap taken at `pc`: the next function entered is its handler.
  void trap(Entry entry, std::uint64_t pc, std::uint64_t stack_pointer);
  /// A return from a trap.
  void leave_trap(std::uint64_t target, std::uint64_t stack_pointer);
  /// Code of `function` begins to run.
  void enter(FunctionId function);
  /// The hart starts anew.
  void reset();

 private:
  enum class Arrival : std::uint8_t { jump, call, interrupt, exception };
  struct Frame {
    CallNode* caller;
    std::uint64_t return_address;
    std::uint64_t stack_pointer;  ///< at the call, and again after the return
    bool trap;
    bool is(std::uint64_t address, std::uint64_t pointer) const {
      return return_address == address && stack_pointer == pointer;
    }
  };
  using Frames = std::vector<Frame>;

  void leave_unevenly(std::uint64_t target, std::uint64_t stack_pointer);
  bool resume_other_stack(std::uint64_t target, std::uint64_t stack_pointer);
  bool jump_back(std::uint64_t target, std::uint64_t stack_pointer);
  void begin_stack();
  void unwind_to(std::size_t frame);
  void forget_oldest();

  static constexpr std::size_t max_frames = 1 << 16;
  static constexpr std::size_t max_stacks = 64;

  CallTree& tree_;
  const CodeMap& code_;
  CallNode* node_;
  Arrival arrival_ = Arrival::jump;
  Frames frames_;
  std::deque<Frames> others_;  ///< stacks switched away from, the latest last
};

}  // namespace kasane::profile
