#include "platform/peripherals/dram_timing.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "models/common/storage_access.h"

namespace kasane {

using sc_core::sc_time;

namespace {

void require(bool holds, const std::string& name, const char* expected) {
  if (!holds) throw std::invalid_argument(name + ": expected " + expected);
}

/// In whole picoseconds: sc_time's own product goes through floating point.
sc_time times(std::uint64_t count, sc_time each) {
  return sc_time::from_value(count * each.value());
}

sc_time time_of(std::uint64_t bytes, std::uint64_t bytes_per_second) {
  const auto picoseconds = static_cast<unsigned __int128>(bytes) * 1'000'000'000'000U;
  return sc_time::from_value(
      static_cast<std::uint64_t>((picoseconds + bytes_per_second / 2) / bytes_per_second));
}

}  // namespace

DramTiming::DramTiming(const std::string& name, const DramConfig& config) : config_(config) {
  require(config.banks > 0 && config.row_bytes > 0 && config.burst_bytes > 0 && config.bytes_per_second > 0,
          name, "banks, row bytes, burst bytes and bandwidth above 0");
  require(config.row_bytes % config.burst_bytes == 0, name, "rows of whole bursts");
  const std::uint64_t rows = std::uint64_t{config.banks} * config.row_bytes;
  require(config.bytes > 0 && config.bytes % rows == 0, name,
          "a size that is a multiple of banks * row bytes");
  burst_time_ = time_of(config.burst_bytes, config.bytes_per_second);
  require(burst_time_ > sc_core::SC_ZERO_TIME, name, "a burst of at least 1 ps");
  // One burst after a row conflict must fit between two refreshes, or some accesses would never be served.
  const sc_time longest =
      config.row_active + config.precharge + config.row_to_column + config.column + burst_time_;
  require(config.refresh_interval > config.refresh_cycle + longest, name,
          "a refresh interval above the refresh cycle and one access");
  banks_.resize(config.banks);
}

sc_time DramTiming::after_refresh(sc_time time) const {
  const std::uint64_t epoch = refreshes(time);
  if (epoch == 0) return time;
  return std::max(time, times(epoch, config_.refresh_interval) + config_.refresh_cycle);
}

DramTiming::Served DramTiming::access(std::uint64_t address, std::uint64_t bytes, sc_time arrival) {
  Served served;
  served.data.begin = arrival;
  sc_time time = arrival;
  while (bytes > 0) {
    const std::uint64_t page = address / config_.row_bytes;
    const std::uint64_t column = address % config_.row_bytes;
    const std::uint64_t here = std::min<std::uint64_t>(bytes, config_.row_bytes - column);
    const std::uint64_t bursts = words_touched(column, here, config_.burst_bytes).count;
    access_row(banks_[page % config_.banks], page / config_.banks, bursts, time, served);
    address += here;
    bytes -= here;
  }
  return served;
}

void DramTiming::access_row(Bank& bank, std::uint64_t row, std::uint64_t bursts, sc_time& time,
                            Served& served) {
  bool counted = false;
  bool delayed = false;
  while (bursts > 0) {
    const sc_time begin = after_refresh(time);
    delayed = delayed || begin > time;
    time = begin;
    const std::uint64_t epoch = refreshes(time);
    const bool open = bank.open && bank.epoch >= epoch;  // else a refresh has closed it
    const bool hit = open && bank.row == row;
    const bool conflict = open && !hit;
    sc_time activate = time;
    if (conflict) {
      // An activation in the future belongs to an initiator that runs ahead: it does not hold up this one.
      sc_time command = time;
      if (bank.activated <= time)
        command = std::max({command, bank.activated + config_.row_active, bank.data_end});
      activate = command + config_.precharge;
    }
    const sc_time column =
        hit ? (bank.activated <= time ? std::max(time, bank.activated + config_.row_to_column) : time)
            : activate + config_.row_to_column;
    const sc_time refresh = times(epoch + 1, config_.refresh_interval);
    const sc_time data = data_bus_.first_fit(column + config_.column, burst_time_);
    if (data + burst_time_ > refresh) {  // not one burst fits before the refresh
      time = refresh;
      continue;
    }
    std::uint64_t fitting = std::min<std::uint64_t>(bursts, (refresh - data).value() / burst_time_.value());
    // Bursts of another initiator that runs ahead may lie between ours: then go on burst by burst.
    if (data_bus_.first_fit(data, times(fitting, burst_time_)) != data) fitting = 1;
    const sc_time data_end = data + times(fitting, burst_time_);
    data_bus_.reserve({data, data_end});
    if (!hit) {
      bank.open = true;
      bank.row = row;
      bank.epoch = epoch;
      bank.activated = activate;
      ++served.activates;
      ++statistics_.activates;
      served.open += open_.reserve({activate, refresh});
    }
    if (conflict) {
      ++served.precharges;
      ++statistics_.precharges;
    }
    if (!counted) {
      ++(hit ? statistics_.row_hits : conflict ? statistics_.row_conflicts : statistics_.row_misses);
      counted = true;
    }
    bank.data_end = std::max(bank.data_end, data_end);
    served.bursts += fitting;
    served.data.end = std::max(served.data.end, data_end);
    bursts -= fitting;
    // The next column command may follow so that its data follow these without a gap.
    time = std::max(time, data_end - config_.column);
  }
  if (delayed) ++statistics_.refresh_delays;
}

void DramTiming::close_rows() {
  for (Bank& bank : banks_) bank = {};
}

}  // namespace kasane
