/// Energy up to a moment, held against brute force: random bookings that reach into the future, many at once.
#include "models/common/energy_in_flight.h"

#include <gtest/gtest.h>
#include <random>
#include <vector>

#include <systemc>

#include "models/common/energy_account.h"
#include "models/common/seconds.h"

namespace kasane {
namespace {

using sc_core::sc_time;
using sc_core::sc_time_stamp;

struct Booking {
  Interval when;
  double joules;
};

/// The part of a booking that lies before `now`.
double before(const Booking& booking, sc_time now) {
  if (booking.when.end <= now) return booking.joules;
  if (booking.when.begin >= now) return 0;
  return booking.joules * ((now - booking.when.begin).to_double() / booking.when.length().to_double());
}

double before(const std::vector<Booking>& bookings, sc_time now) {
  double sum = 0;
  for (const Booking& booking : bookings) sum += before(booking, now);
  return sum;
}

double total(const std::vector<Booking>& bookings) {
  double sum = 0;
  for (const Booking& booking : bookings) sum += booking.joules;
  return sum;
}

std::size_t unfinished(const std::vector<Booking>& bookings, sc_time now) {
  std::size_t count = 0;
  for (const Booking& booking : bookings) count += booking.when.end > now ? 1 : 0;
  return count;
}

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  /// 0 ... most.
  std::uint64_t upto(std::uint64_t most) { return engine_() % (most + 1); }
  bool once_in(std::uint64_t times) { return upto(times - 1) == 0; }
  /// Begins now or within `reach`, and lasts up to `reach`; one in eight is an instant.
  Interval interval(std::uint64_t reach) {
    const sc_time begin = sc_time_stamp() + sc_time::from_value(once_in(3) ? 0 : upto(reach));
    return {begin, begin + sc_time::from_value(once_in(8) ? 0 : upto(reach))};
  }
  double joules() { return 1e-12 * static_cast<double>(1 + upto(1000)); }

 private:
  std::mt19937_64 engine_;
};

void pass(std::uint64_t picoseconds) {
  if (picoseconds > 0) sc_core::sc_start(sc_time::from_value(picoseconds));
}

TEST(EnergyInFlight, NothingIsBeyondWithoutBookings) {
  const EnergyInFlight flight;
  EXPECT_EQ(flight.beyond(sc_time_stamp()), 0);
}

// 8 J over [10, 30) ns: all beyond 0 and 10 ns, 6 J beyond 15 ns, nothing beyond 30 ns. An instant at 20 ns
// of 1 J is beyond 20 ns no more than what ends there.
TEST(EnergyInFlight, CountsThePartThatIsToCome) {
  const auto at = [start = sc_time_stamp()](int ns) { return start + sc_time(ns, sc_core::SC_NS); };
  EnergyInFlight flight;
  flight.add({at(10), at(30)}, 8);
  flight.add({at(20), at(20)}, 1);
  EXPECT_DOUBLE_EQ(flight.beyond(at(0)), 9);
  EXPECT_DOUBLE_EQ(flight.beyond(at(10)), 9);
  EXPECT_DOUBLE_EQ(flight.beyond(at(15)), 7);
  EXPECT_DOUBLE_EQ(flight.beyond(at(20)), 4);
  EXPECT_DOUBLE_EQ(flight.beyond(at(25)), 2);
  EXPECT_DOUBLE_EQ(flight.beyond(at(30)), 0);
}

// Reach in ps against at most 100 ps from one booking to the next: few, dozens and thousands in flight.
TEST(EnergyInFlight, AgreesWithBruteForce) {
  std::size_t most_in_flight = 0;
  for (const std::uint64_t reach : {100, 5'000, 200'000}) {
    Dice dice(reach);
    EnergyInFlight flight;
    std::vector<Booking> bookings;
    for (int step = 0; step < 4000; ++step) {
      bookings.push_back({dice.interval(reach), dice.joules()});
      flight.add(bookings.back().when, bookings.back().joules);
      pass(dice.upto(100));
      if (!dice.once_in(16)) continue;
      const sc_time now = sc_time_stamp();
      most_in_flight = std::max(most_in_flight, unfinished(bookings, now));
      const double all = total(bookings);
      ASSERT_NEAR(flight.beyond(now), all - before(bookings, now), 1e-12 * all) << reach << ", step " << step;
    }
    pass(2 * reach);
    EXPECT_EQ(flight.beyond(sc_time_stamp()), 0);
  }
  EXPECT_GT(most_in_flight, 1000u);  // the case that is hard: far more than are kept at hand
}

/// A block of an account, and the same by brute force.
class Checked {
 public:
  Checked(EnergyAccount& account, const char* name, double joules)
      : account_(account),
        block_(account.add_block(name, 0)),
        joules_(joules),
        operation_(account.add_operation(block_, "work", Figure::exact(joules))) {}

  void book(Dice& dice, LayerId layer) {
    const Interval when = dice.interval(50'000);
    const std::uint64_t count = dice.upto(20);
    account_.book(operation_, count, when, layer);
    bookings_.push_back({when, joules_ * scale_ * static_cast<double>(count)});
  }
  void scale(double scale) {
    account_.set_dynamic_scale(block_, scale);
    scale_ = scale;
  }
  void background(double clock, double leakage) {
    account_.set_background(block_, Figure::exact(clock), Figure::exact(leakage));
    clock_ = clock;
    leakage_ = leakage;
  }
  void pass(sc_time length) {
    clock_joules_ += clock_ * seconds_of(length);
    leakage_joules_ += leakage_ * seconds_of(length);
  }
  void check() const {
    const Energy spent = account_.spent(block_);
    const double dynamic = before(bookings_, sc_time_stamp()) + clock_joules_;
    ASSERT_NEAR(spent.dynamic, dynamic, 1e-12 * (total(bookings_) + clock_joules_));
    ASSERT_NEAR(spent.leakage, leakage_joules_, 1e-12 * leakage_joules_);
  }
  std::size_t in_flight() const { return unfinished(bookings_, sc_time_stamp()); }

 private:
  EnergyAccount& account_;
  BlockId block_;
  double joules_;
  OperationId operation_;
  std::vector<Booking> bookings_;
  double scale_ = 1;
  double clock_ = 0;
  double leakage_ = 0;
  double clock_joules_ = 0;
  double leakage_joules_ = 0;
};

TEST(EnergyAccount, SpentIsWhatLiesBeforeNowAndBackground) {
  EnergyAccount account;
  account.settle();
  std::vector<Checked> blocks;
  for (const auto& [name, joules] : {std::pair{"busy", 3e-12}, {"calm", 7e-13}, {"unused", 1e-12}}) {
    blocks.emplace_back(account, name, joules);
  }
  Dice dice(7);
  std::size_t most_in_flight = 0;
  for (int step = 0; step < 6000; ++step) {
    blocks[dice.once_in(5) ? 1 : 0].book(dice, static_cast<LayerId>(dice.upto(3)));
    Checked& any = blocks[dice.upto(2)];
    if (dice.once_in(20))
      any.background(1e-3 * static_cast<double>(dice.upto(3)), 1e-4 * static_cast<double>(dice.upto(3)));
    if (dice.once_in(50)) any.scale(0.25 * static_cast<double>(1 + dice.upto(3)));
    if (dice.once_in(40)) account.enter_layer(static_cast<LayerId>(dice.upto(3)));
    const sc_time length = sc_time::from_value(dice.upto(300));
    pass(length.value());
    for (Checked& block : blocks) block.pass(length);
    if (!dice.once_in(8)) continue;
    account.settle();
    most_in_flight = std::max(most_in_flight, blocks[0].in_flight());
    for (const Checked& block : blocks) block.check();
    if (HasFatalFailure()) FAIL() << "step " << step;
  }
  EXPECT_GT(most_in_flight, 128u);
}

}  // namespace
}  // namespace kasane
