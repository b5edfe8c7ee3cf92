#include "platform/bus/data_path.h"

#include <algorithm>
#include <utility>

namespace kasane {

using sc_core::sc_time;

DataPath::DataPath(sc_core::sc_module_name name, Arbitration arbitration,
                   std::vector<std::uint32_t> priorities)
    : sc_module(name),
      arbitration_(arbitration),
      priorities_(std::move(priorities)),
      last_served_(priorities_.size() - 1) {
  SC_HAS_PROCESS(DataPath);
  SC_METHOD(arbitrate);
  sensitive << wake_;
  dont_initialize();
}

sc_time DataPath::acquire(std::size_t initiator, sc_time length, sc_time delay) {
  const sc_time arrival = sc_core::sc_time_stamp() + delay;
  if (take_if_free(initiator, length, arrival)) return delay;
  if (delay != sc_core::SC_ZERO_TIME) {
    wait(delay);
    if (take_if_free(initiator, length, arrival)) return sc_core::SC_ZERO_TIME;
  }
  Claim claim{initiator, length, {}};
  waiting_.push_back(&claim);
  schedule();
  wait(claim.granted);
  ++contended_;
  waited_ += sc_core::sc_time_stamp() - arrival;
  return sc_core::SC_ZERO_TIME;
}

bool DataPath::take_if_free(std::size_t initiator, sc_time length, sc_time begin) {
  if (!waiting_.empty() || taken_.first_fit(begin, length) != begin) return false;
  taken_.reserve({begin, begin + length});
  last_served_ = initiator;
  return true;
}

void DataPath::schedule() {
  if (waiting_.empty()) return;
  const sc_time now = sc_core::sc_time_stamp();
  sc_time next = sc_core::sc_max_time();
  for (const Claim* claim : waiting_) next = std::min(next, taken_.first_fit(now, claim->length));
  wake_.notify(next - now);
}

bool DataPath::before(std::size_t one, std::size_t other) const {
  if (arbitration_ == Arbitration::fixed_priority) {
    return std::pair(priorities_[one], one) < std::pair(priorities_[other], other);
  }
  const std::size_t count = priorities_.size();
  const auto turn = [&](std::size_t initiator) { return (initiator + count - last_served_ - 1) % count; };
  return turn(one) < turn(other);
}

void DataPath::arbitrate() {
  if (!settled_) {  // one delta cycle more: all that claim the path at this time shall be seen
    settled_ = true;
    next_trigger(sc_core::SC_ZERO_TIME);
    return;
  }
  settled_ = false;
  const sc_time now = sc_core::sc_time_stamp();
  auto best = waiting_.end();
  for (auto claim = waiting_.begin(); claim != waiting_.end(); ++claim) {
    if (taken_.first_fit(now, (*claim)->length) != now) continue;
    if (best == waiting_.end() || before((*claim)->initiator, (*best)->initiator)) best = claim;
  }
  if (best != waiting_.end()) {
    Claim& winner = **best;
    waiting_.erase(best);
    taken_.reserve({now, now + winner.length});
    last_served_ = winner.initiator;
    winner.granted.notify(sc_core::SC_ZERO_TIME);
  }
  schedule();
}

}  // namespace kasane
