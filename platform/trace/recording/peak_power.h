/// The highest average power of the chip over stretches of several lengths.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "platform/trace/recording/rate_sampler.h"
#include "platform/trace/recording/trace_sink.h"

namespace kasane {

struct PowerPeak {
  double window_seconds = 0;
  double watts = 0;
  double begin_seconds = 0;  ///< the first stretch with that power
};

/// Stretches of 1, 10, 100 us and 1 ms that begin at multiples of 100 ns; energy within each is exact.
class PeakPower {
 public:
  PeakPower();

  void add(const Span& when, double joules) { sampler_.add(0, when, joules); }
  /// The whole chip's background power from `at` on.
  void set_background(Picoseconds at, double watts) { sampler_.set_background(0, at, watts); }
  void advance(Picoseconds now) { sampler_.advance(now); }
  void finish(Picoseconds now) { sampler_.finish(now); }

  /// Of the lengths that the run has reached.
  std::vector<PowerPeak> peaks() const;

 private:
  static constexpr Picoseconds step = 100'000;
  static constexpr std::array<std::size_t, 4> lengths{10, 100, 1000, 10'000};  ///< in steps
  static constexpr std::size_t longest = lengths.back();

  struct Stretch {
    double joules = 0;  ///< in the last `length` steps
    double most = 0;
    std::uint64_t most_end = 0;  ///< the step it ends with
  };
  void add_steps(std::uint64_t count, double joules);
  void add_step(double joules);
  void add_up_again();

  RateSampler sampler_;
  std::vector<double> steps_;  ///< joules of the last ones, a ring
  std::uint64_t count_ = 0;    ///< of steps so far
  std::array<Stretch, lengths.size()> stretches_;
};

}  // namespace kasane
