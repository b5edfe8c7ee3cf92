/// What must hold of networks with several exits: in summary.json, and image by image in results.csv.
#pragma once

#include <cstdint>
#include <vector>

#include "platform/check/csv_reader.h"
#include "platform/check/findings.h"
#include "platform/check/ledger.h"

namespace kasane::checks {

/// Exits add up to the run; layers have the operations of the images that reach them.
void check_exits(const Ledger& ledger, Findings& findings);

/// Sees the rows of a results.csv that has the columns `exit`, from 1, and `entropies`, in nats.
class ExitLaws {
 public:
  /// All outlive the laws; `ledger` is null for a run that did not end.
  ExitLaws(Findings& findings, const CsvReader& csv, const Ledger* ledger);

  void see_row();
  void close();

 private:
  struct Exit {
    std::uint64_t images = 0;
    std::uint64_t correct = 0;
  };
  void check_decisions(std::uint64_t exit, const std::vector<std::uint32_t>& entropies_q24);
  void compare_counts();

  Findings& findings_;
  const CsvReader& csv_;
  const Ledger* ledger_;
  std::size_t label_, predicted_, exit_, entropies_;
  std::vector<std::uint32_t> thresholds_q24_;  ///< of all exits but the last, as far as known
  std::vector<Exit> exits_;                    ///< as the rows have them
  Law decisions_;
};

}  // namespace kasane::checks
