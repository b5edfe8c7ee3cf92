/// Turns amounts spent over intervals, joules or bytes, into average rates per window of time.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "platform/trace/recording/trace_sink.h"

namespace kasane {

/// Exact: an amount is shared among the windows that its interval overlaps in proportion to the overlap, so
/// that the sum of rate times duration over all windows is the sum of amounts. A window is final, and handed
/// on, as soon as time has passed it. Memory holds what reaches into the future, and of that no more than a
/// few thousand windows.
class RateSampler {
 public:
  /// Average rate of each channel, per second. Stretches of equal rate may come as one, of many windows.
  using Receiver = std::function<void(const Span& when, std::span<const double> rates)>;

  /// `window` > 0.
  RateSampler(std::size_t channels, Picoseconds window, Receiver receiver);

  /// `amount` is spent evenly over `when` (at an instant, if that is empty), which begins no earlier than the
  /// last advance().
  void add(std::size_t channel, const Span& when, double amount);
  /// The same for two channels at once.
  void add(std::size_t channel, double amount, std::size_t other, double other_amount, const Span& when);

  /// From `at` on the channel has this rate beside what is added.
  void set_background(std::size_t channel, Picoseconds at, double rate);

  /// It is `now`: all before is final.
  void advance(Picoseconds now);

  /// It is `now`, and nothing else will be added. The last window ends with the last amount or `now`, rounded
  /// up to a whole nanosecond. Returns that end.
  Picoseconds finish(Picoseconds now);

 private:
  /// An amount over many windows, or far ahead.
  struct Distant {
    std::size_t channel;
    Span when;
    double rate;  ///< per picosecond
  };
  struct Background {
    double rate = 0;        ///< per second
    Picoseconds since = 0;  ///< accounted for up to here
  };

  /// Amounts by channel of a window, counted from time zero; no earlier than the present one.
  double* bin(std::uint64_t window) {
    if (window >= used_end_) use(window);
    return &bins_[(window & (capacity_ - 1)) * rates_.size()];
  }
  void use(std::uint64_t window);
  bool nothing_added() const { return used_end_ <= present_ && distant_.empty(); }
  bool is_present(const Span& when) const {
    return when.begin >= begin_ && when.end <= end_ && when.begin < end_;
  }
  bool is_distant(const Span& when) const;
  void keep_distant(std::size_t channel, const Span& when, double amount);
  void share(std::size_t channel, const Span& when, double amount);
  void settle_background(Picoseconds until);
  void add_distant(const Span& window, double* amounts);
  void emit(Picoseconds end);
  void emit_quiet(Picoseconds end);

  const Picoseconds window_;
  Picoseconds begin_ = 0;       ///< of the window that is not handed on
  Picoseconds end_;             ///< of it
  Picoseconds latest_ = 0;      ///< end of what was added
  Picoseconds handed_on_ = 0;   ///< end of the last window that was
  std::uint64_t present_ = 0;   ///< number of the window that is not handed on
  std::uint64_t used_end_ = 0;  ///< behind the last window with amounts
  std::uint64_t capacity_ = 2;  ///< windows that fit bins_, a power of two
  std::vector<double> bins_;    ///< a ring of windows, each with its channels; unused ones are 0
  std::vector<Distant> distant_;
  std::vector<Background> background_;
  std::vector<double> rates_;
  Receiver receiver_;
};

}  // namespace kasane
