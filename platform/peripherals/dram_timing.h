/// When a DRAM serves an access: banks, open rows, refresh, data bus. No data, no energy.
#pragma once

#include <cstdint>
#include <vector>

#include <systemc>

#include "models/common/reservations.h"

namespace kasane {

/// One channel of LPDDR4-3200, 16 bits wide, unless told otherwise (JEDEC JESD209-4, 8 Gb per channel).
struct DramConfig {
  std::uint64_t bytes = 512ULL * 1024 * 1024;             ///< a multiple of banks * row_bytes
  std::uint32_t banks = 8;                                ///< at least 1
  std::uint32_t row_bytes = 2048;                         ///< of one bank's page, a multiple of burst_bytes
  std::uint32_t burst_bytes = 32;                         ///< 16 beats of 16 bits
  std::uint64_t bytes_per_second = 6'400'000'000;         ///< peak of the data bus
  sc_core::sc_time row_to_column = {18, sc_core::SC_NS};  ///< tRCD
  sc_core::sc_time precharge = {18, sc_core::SC_NS};      ///< tRP
  sc_core::sc_time column = {18, sc_core::SC_NS};         ///< tCAS, of reads and writes alike
  sc_core::sc_time row_active = {42, sc_core::SC_NS};     ///< tRAS
  sc_core::sc_time refresh_interval = {3904, sc_core::SC_NS};  ///< tREFI
  sc_core::sc_time refresh_cycle = {280, sc_core::SC_NS};      ///< tRFC, of all banks
  bool direct_access = false;                                  ///< grants DMI, and serves all in fixed time:
  sc_core::sc_time direct_latency = {50, sc_core::SC_NS};      ///< no rows, no refresh collisions
};

struct DramStatistics {
  std::uint64_t row_hits = 0;       ///< row was open; counted once per access and row
  std::uint64_t row_misses = 0;     ///< bank was precharged
  std::uint64_t row_conflicts = 0;  ///< another row was open
  std::uint64_t activates = 0;
  std::uint64_t precharges = 0;      ///< by conflicts; a refresh precharges within its own energy
  std::uint64_t refresh_delays = 0;  ///< accesses that a refresh held up
};

/// Open-page policy; addresses are row : bank : column. Refresh k = 1, 2, ... holds all banks over
/// [k tREFI, k tREFI + tRFC) and closes all rows; an access that could not end before it starts after it.
/// Column commands overlap data, so open rows stream at peak bandwidth.
class DramTiming {
 public:
  /// Throws std::invalid_argument for an impossible config; `name` goes into the message.
  DramTiming(const std::string& name, const DramConfig& config);

  struct Served {
    Interval data;  ///< from the first command's time to the last byte
    std::uint64_t bursts = 0;
    std::uint64_t activates = 0;
    std::uint64_t precharges = 0;
    sc_core::sc_time open;  ///< time added in which at least one row is open
  };
  /// An access of `bytes` > 0 that arrives at `arrival`. Accesses are served in the order of these calls; a
  /// later call with an earlier arrival finds a gap on the data bus, and the rows as the other left them.
  Served access(std::uint64_t address, std::uint64_t bytes, sc_core::sc_time arrival);

  /// Precharges all banks, as after loss of power.
  void close_rows();

  /// Complete or begun refreshes up to `at`.
  std::uint64_t refreshes(sc_core::sc_time at) const { return at.value() / config_.refresh_interval.value(); }
  const DramStatistics& statistics() const { return statistics_; }
  sc_core::sc_time burst_time() const { return burst_time_; }

 private:
  struct Bank {
    bool open = false;
    std::uint64_t row = 0;
    std::uint64_t epoch = 0;  ///< refreshes that lay before the row was opened
    sc_core::sc_time activated;
    sc_core::sc_time data_end;
  };
  /// Part of an access that lies in one row of one bank.
  void access_row(Bank& bank, std::uint64_t row, std::uint64_t bursts, sc_core::sc_time& time,
                  Served& served);
  sc_core::sc_time after_refresh(sc_core::sc_time time) const;

  const DramConfig config_;
  sc_core::sc_time burst_time_;
  std::vector<Bank> banks_;
  Reservations data_bus_;
  Reservations open_;
  DramStatistics statistics_;
};

}  // namespace kasane
