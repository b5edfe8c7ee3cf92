/// Carries events from the simulation to a thread of its own, so that writing traces costs the simulation no
/// more than handing them over.
#pragma once

#include <array>
#include <atomic>
#include <boost/lockfree/spsc_queue.hpp>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <span>
#include <thread>

#include "platform/trace/recording/trace_event.h"

namespace kasane {

/// One thread pushes, the pipe's own takes out, in order. Memory is bounded: who pushes waits while the pipe
/// is full.
class EventPipe {
 public:
  struct Consumer {
    std::function<void(std::span<const TraceEvent>)> take;
    std::function<void()> tick;    ///< host time has passed: about ten times a second
    std::function<void()> finish;  ///< after the last event
  };

  /// All of `consumer` is called by the pipe's thread. What it throws, the next push(), check() or finish()
  /// throws; events are dropped from then on.
  explicit EventPipe(Consumer consumer);
  /// Finishes, ignoring errors.
  ~EventPipe();
  EventPipe(const EventPipe&) = delete;
  EventPipe& operator=(const EventPipe&) = delete;

  void push(const TraceEvent& event) {
    batch_[batched_++] = event;
    if (batched_ == batch_.size()) hand_over();
  }

  /// Hands over what was pushed, and throws what the consumer has thrown. To be called now and then.
  void check();

  /// Waits until everything is consumed and the consumer has finished.
  void finish();

 private:
  void hand_over();
  void run();
  void consume();

  Consumer consumer_;
  std::array<TraceEvent, 64> batch_;  ///< pushed and not yet in the queue
  std::size_t batched_ = 0;
  boost::lockfree::spsc_queue<TraceEvent, boost::lockfree::capacity<32 * 1024>> queue_;
  std::atomic<bool> ending_ = false;
  std::atomic<bool> failed_ = false;
  std::exception_ptr failure_;  ///< written before failed_
  std::mutex mutex_;
  std::condition_variable wake_;
  std::thread thread_;
};

}  // namespace kasane
