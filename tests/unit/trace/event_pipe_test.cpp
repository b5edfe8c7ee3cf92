/// The pipe between simulation and writers: order, bounded memory, errors.
#include "platform/trace/recording/event_pipe.h"

#include <chrono>
#include <gtest/gtest.h>
#include <stdexcept>

namespace kasane {
namespace {

TEST(EventPipe, KeepsOrderThoughTheConsumerIsSlower) {
  std::uint64_t next = 0;
  bool finished = false;
  EventPipe pipe({.take =
                      [&](std::span<const TraceEvent> events) {
                        for (const TraceEvent& event : events) ASSERT_EQ(event.count, next++);
                        if (next % 10'000 < events.size())
                          std::this_thread::sleep_for(std::chrono::milliseconds(1));
                      },
                  .tick = [] {},
                  .finish = [&] { finished = true; }});
  constexpr std::uint64_t events = 500'000;  // many times what the pipe holds
  for (std::uint64_t index = 0; index < events; ++index) pipe.push({.count = index});
  pipe.finish();
  EXPECT_EQ(next, events);
  EXPECT_TRUE(finished);
}

TEST(EventPipe, GivesTheConsumersErrorToTheProducer) {
  EventPipe pipe({.take = [](std::span<const TraceEvent>) { throw std::runtime_error("disk full"); },
                  .tick = [] {},
                  .finish = [] {}});
  const auto produce = [&] {
    for (std::uint64_t index = 0; index < 1'000'000; ++index) pipe.push({.count = index});
  };
  EXPECT_THROW(produce(), std::runtime_error);
  EXPECT_THROW(pipe.check(), std::runtime_error);
  EXPECT_THROW(pipe.finish(), std::runtime_error);
}

TEST(EventPipe, TicksWhileNothingComes) {
  std::atomic<int> ticks = 0;
  EventPipe pipe({.take = [](std::span<const TraceEvent>) {}, .tick = [&] { ++ticks; }, .finish = [] {}});
  for (int waited = 0; ticks == 0 && waited < 500; ++waited)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_GT(ticks, 0);
  pipe.finish();
}

}  // namespace
}  // namespace kasane
