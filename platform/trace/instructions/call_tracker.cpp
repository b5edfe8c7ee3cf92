#include "platform/trace/instructions/call_tracker.h"

namespace kasane {

void CallTracker::step(std::uint64_t pc, std::uint64_t return_address, std::uint64_t stack, bool links) {
  if (inside_ && pc == return_address_ && stack == stack_) {
    inside_ = false;
    done_ = call_ != 0;
  }
  if (pc == function_.begin && (previous_.linked || !function_.contains(previous_.pc))) {
    ++calls_;
    if (!inside_ && (call_ == 0 || calls_ == call_)) {
      inside_ = true;
      return_address_ = return_address;
      stack_ = stack;
    }
  }
  previous_ = {pc, links};
}

void CallTracker::enter_trap() {
  if (interrupted_.size() == deepest_traps) interrupted_.erase(interrupted_.begin());
  interrupted_.push_back(previous_);
}

void CallTracker::leave_trap() {
  if (interrupted_.empty()) return;
  previous_ = interrupted_.back();
  interrupted_.pop_back();
}

}  // namespace kasane
