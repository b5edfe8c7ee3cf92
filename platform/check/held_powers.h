/// Powers that hold until their next value, as Perfetto's counters and VCD's variables do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/check/block_energies.h"
#include "platform/check/exact_sum.h"
#include "platform/check/findings.h"

namespace kasane::checks {

/// The blocks' power and their total, value by value, and the laws of a trace made of them.
class HeldPowers {
 public:
  /// `file`: "waves.vcd"; `place`: what values are numbered by, "line" or "packet".
  HeldPowers(Findings& findings, const std::string& file, std::string place);

  /// A new curve, to be named in set(). A trace has one total at most.
  std::size_t add_block(const std::string& block);
  std::size_t add_total();
  bool has_total() const { return total_.has_value(); }

  /// The value from `at_ps` on, found at line or packet `number`.
  void set(std::size_t curve, std::int64_t at_ps, double watts, std::uint64_t number);

  /// All was seen. Without a ledger the last values may be of any size, since the run was killed.
  void close(const Ledger* ledger);
  /// When the last value was set; nothing where none was.
  std::optional<std::int64_t> end_ps() const;

 private:
  struct Curve {
    std::string name;
    std::uint64_t values = 0;
    std::int64_t since_ps = 0;
    double watts = 0;
    ExactSum joules;
  };

  std::size_t add(const std::string& name);
  /// Compares the total with the sum of the blocks over the time that ends now.
  void settle();
  void close_total();
  void close_ends();

  Findings& findings_;
  std::string file_;
  std::string place_;
  Law power_;
  Law order_;
  Law total_law_;
  std::vector<Curve> curves_;
  std::optional<std::size_t> total_;
  std::int64_t moment_ps_ = 0;
  std::uint64_t moments_ = 0;
  std::uint64_t values_ = 0;
  bool in_step_ = true;  ///< values of all curves come in order of time
};

}  // namespace kasane::checks
