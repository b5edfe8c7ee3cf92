#include "platform/trace/recording/event_pipe.h"

#include <array>
#include <chrono>
#include <utility>

namespace kasane {
namespace {

using Clock = std::chrono::steady_clock;

/// How long the consumer rests where there is little to do; the pipe holds many times what is made meanwhile.
constexpr std::chrono::milliseconds rest{1};
constexpr std::chrono::milliseconds tick_interval{100};
constexpr std::size_t most_at_once = 1024;

}  // namespace

EventPipe::EventPipe(Consumer consumer) : consumer_(std::move(consumer)), thread_([this] { run(); }) {}

EventPipe::~EventPipe() {
  try {
    finish();
  } catch (...) {  // whoever wants to know calls finish()
  }
}

void EventPipe::hand_over() {
  for (std::size_t done = 0; done < batched_;) {
    done += queue_.push(batch_.data() + done, batched_ - done);
    if (done == batched_) break;
    if (failed_.load(std::memory_order_acquire)) std::rethrow_exception(failure_);
    wake_.notify_one();
    std::this_thread::sleep_for(rest / 10);
  }
  batched_ = 0;
}

void EventPipe::check() {
  hand_over();
  if (failed_.load(std::memory_order_acquire)) std::rethrow_exception(failure_);
}

void EventPipe::finish() {
  if (thread_.joinable()) {
    try {
      hand_over();
    } catch (...) {
      batched_ = 0;  // the thread has ended with an error, which check() throws
    }
    {
      const std::lock_guard guard(mutex_);
      ending_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  check();
}

void EventPipe::run() {
  try {
    consume();
  } catch (...) {
    failure_ = std::current_exception();
    failed_.store(true, std::memory_order_release);
  }
}

void EventPipe::consume() {
  std::array<TraceEvent, most_at_once> batch;
  Clock::time_point ticked = Clock::now();
  for (;;) {
    const bool ending = ending_;  // read before the queue: what was pushed before the end is seen
    const std::size_t size = queue_.pop(batch.data(), batch.size());
    if (size > 0) consumer_.take(std::span(batch).first(size));
    if (size == 0 && ending) break;
    if (size < most_at_once / 4) {
      std::unique_lock guard(mutex_);
      wake_.wait_for(guard, rest, [this] { return ending_.load(); });
    }
    const Clock::time_point now = Clock::now();
    if (now - ticked < tick_interval) continue;
    ticked = now;
    consumer_.tick();
  }
  consumer_.finish();
}

}  // namespace kasane
