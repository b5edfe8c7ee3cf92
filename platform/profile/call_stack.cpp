#include "platform/profile/call_stack.h"

#include <algorithm>
#include <utility>

namespace kasane::profile {

void CallStack::trap(Entry entry, std::uint64_t pc, std::uint64_t stack_pointer) {
  if (arrival_ != Arrival::jump) enter(code_.function_at(pc).id);  // before the callee's first instruction
  if (frames_.size() >= max_frames) forget_oldest();
  frames_.push_back({node_, pc, stack_pointer, true});
  arrival_ = entry == Entry::interrupt ? Arrival::interrupt : Arrival::exception;
}

void CallStack::enter(FunctionId function) {
  const Arrival arrival = std::exchange(arrival_, Arrival::jump);
  switch (arrival) {
    case Arrival::call:
      node_ = &tree_.callee(*node_, function, Entry::call);
      return;
    case Arrival::interrupt:
      node_ = &tree_.callee(*node_, function, Entry::interrupt);
      return;
    case Arrival::exception:
      node_ = &tree_.callee(*node_, function, Entry::exception);
      return;
    case Arrival::jump:
      break;
  }
  if (node_->parent == nullptr) {
    node_ = &tree_.callee(*node_, function, Entry::call);
  } else if (node_->function != function) {
    node_ = &tree_.callee(*node_->parent, function, node_->entry);
  }
}

void CallStack::reset() {
  frames_.clear();
  others_.clear();
  node_ = &tree_.root();
  arrival_ = Arrival::jump;
}

/// The frame's call, and all calls within it, have ended.
void CallStack::unwind_to(std::size_t frame) {
  node_ = frames_[frame].caller;
  frames_.resize(frame);
  arrival_ = Arrival::jump;
}

void CallStack::leave_trap(std::uint64_t target, std::uint64_t stack_pointer) {
  constexpr std::uint64_t longest_instruction = 4;  // a handler may step over the one that trapped
  bool in_trap = false;
  for (std::size_t index = frames_.size(); index-- > 0;) {
    const Frame& frame = frames_[index];
    if (!frame.trap) continue;
    in_trap = true;
    if (frame.stack_pointer == stack_pointer && target - frame.return_address <= longest_instruction) {
      return unwind_to(index);
    }
  }
  arrival_ = Arrival::jump;
  if (resume_other_stack(target, stack_pointer)) return;
  if (in_trap) begin_stack();
}

void CallStack::leave_unevenly(std::uint64_t target, std::uint64_t stack_pointer) {
  arrival_ = Arrival::jump;
  if (frames_.empty() && others_.empty()) return;
  for (std::size_t index = frames_.size(); index-- > 0;) {
    if (frames_[index].is(target, stack_pointer)) return unwind_to(index);
  }
  if (resume_other_stack(target, stack_pointer)) return;
  if (jump_back(target, stack_pointer)) return;
  const bool same_stack = !frames_.empty() && frames_.back().stack_pointer == stack_pointer;
  if (!same_stack) begin_stack();
}

/// Another task goes on: the present stack waits.
bool CallStack::resume_other_stack(std::uint64_t target, std::uint64_t stack_pointer) {
  for (auto stack = others_.rbegin(); stack != others_.rend(); ++stack) {
    const auto frame = std::find_if(stack->rbegin(), stack->rend(), [&](const Frame& candidate) {
      return candidate.is(target, stack_pointer);
    });
    if (frame == stack->rend()) continue;
    const auto index = static_cast<std::size_t>(stack->rend() - frame - 1);
    Frames resumed = std::move(*stack);
    others_.erase(std::next(stack).base());
    others_.push_back(std::exchange(frames_, std::move(resumed)));
    unwind_to(index);
    return true;
  }
  return false;
}

/// longjmp: back into a function that has not ended. Calls made from stack pointers at or below the one it
/// goes on with are over.
bool CallStack::jump_back(std::uint64_t target, std::uint64_t stack_pointer) {
  std::size_t index = frames_.size();
  while (index > 0 && frames_[index - 1].stack_pointer <= stack_pointer) --index;
  if (index == frames_.size()) return false;
  if (frames_[index].caller->function != code_.function_at(target).id) return false;
  unwind_to(index);
  return true;
}

/// A task runs for the first time.
void CallStack::begin_stack() {
  if (!frames_.empty()) others_.push_back(std::exchange(frames_, {}));
  if (others_.size() > max_stacks) others_.pop_front();
  node_ = &tree_.root();
}

void CallStack::forget_oldest() {
  frames_.erase(frames_.begin(), frames_.begin() + max_frames / 2);
}

}  // namespace kasane::profile
