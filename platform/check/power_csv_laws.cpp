#include "platform/check/power_csv_laws.h"

#include <cmath>
#include <numeric>

#include "platform/check/block_energies.h"
#include "platform/check/exact_sum.h"
#include "platform/check/power_rows.h"

namespace kasane::checks {
namespace {

constexpr const char* file_name = "power.csv";

/// All laws of the rows, and the blocks' energy.
class RowLaws {
 public:
  RowLaws(Findings& findings, const PowerRows& rows)
      : rows_(rows),
        joules_(rows.blocks().size()),
        order_(findings, file_name, "windows of whole nanoseconds from 0 without gap or overlap"),
        power_(findings, file_name, "power finite and not negative") {}

  void see_row() {
    check_time();
    for (std::size_t block = 0; block < joules_.size(); ++block) add_power(block, rows_.watts()[block]);
    facts_.resolution_ps = std::gcd(facts_.resolution_ps, rows_.start_ps());
    facts_.end_ps = rows_.end_ps();
  }

  PowerCsvFacts close() {
    const std::string counts = counted(rows_.rows(), "row");
    order_.close(counts, "end " + time_text(facts_.end_ps));
    power_.close(counts + " of " + counted(joules_.size(), "block"));
    if (facts_.resolution_ps == 0) facts_.resolution_ps = facts_.end_ps;
    return facts_;
  }

  std::vector<BlockEnergy> energies() const {
    std::vector<BlockEnergy> energies;
    for (std::size_t block = 0; block < joules_.size(); ++block) {
      energies.push_back({rows_.blocks()[block], joules_[block].value()});
    }
    return energies;
  }

 private:
  std::string where() const { return line_text(rows_.line()) + ": "; }

  void check_time() {
    if (rows_.start_ps() != facts_.end_ps) {
      order_.violated(where() + "expected start " + time_text(facts_.end_ps) + ", found " +
                      time_text(rows_.start_ps()));
    }
    if (rows_.duration_ps() <= 0 || rows_.duration_ps() % 1000 != 0 || rows_.start_ps() % 1000 != 0) {
      order_.violated(where() + "expected whole nanoseconds, found start " + time_text(rows_.start_ps()) +
                      ", duration " + time_text(rows_.duration_ps()));
    }
  }

  void add_power(std::size_t block, double watts) {
    if (!(std::isfinite(watts) && watts >= 0)) {
      power_.violated(where() + rows_.blocks()[block] + ": expected 0 W or more, found " + text(watts) +
                      " W");
    }
    if (std::isfinite(watts)) {
      joules_[block].add(watts * (static_cast<double>(rows_.duration_ps()) * 1e-12));
    }
  }

  const PowerRows& rows_;
  std::vector<ExactSum> joules_;
  Law order_;
  Law power_;
  PowerCsvFacts facts_;
};

}  // namespace

std::optional<PowerCsvFacts> check_power_csv(const std::filesystem::path& path, const Ledger* ledger,
                                             Findings& findings) {
  Law form(findings, file_name, "can be read to its end");
  try {
    PowerRows rows(path);
    RowLaws laws(findings, rows);
    while (rows.next()) laws.see_row();
    if (rows.ends_within_row() && ledger != nullptr) form.violated("the last line has no end");
    if (rows.rows() == 0 && ledger != nullptr) form.violated("expected rows, found none");
    form.close(counted(rows.rows(), "row"));
    if (rows.rows() == 0) return std::nullopt;
    const PowerCsvFacts facts = laws.close();
    if (ledger != nullptr) {
      compare_with_ledger(findings, file_name, *ledger, laws.energies(),
                          counted(rows.blocks().size(), "block") + ", " + counted(rows.rows(), "row"));
    }
    return facts;
  } catch (const Malformed& error) {
    form.violated(error.what());
    form.close("");
    return std::nullopt;
  }
}

}  // namespace kasane::checks
