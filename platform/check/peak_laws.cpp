#include "platform/check/peak_laws.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <numeric>

#include "platform/check/csv_reader.h"
#include "platform/check/energy_spans.h"
#include "platform/check/exact_sum.h"
#include "platform/check/power_rows.h"

namespace kasane::checks {
namespace {

constexpr std::int64_t alignment_ps = 100'000;  ///< of the stretches that peaks are taken over

/// Some whole windows of power.csv that always lie within `stretches` aligned stretches on end, so that they
/// cannot hold more energy than these at their peak.
struct Span {
  std::int64_t stretches = 0;
  std::int64_t length_ps = 0;
  double tightness(std::int64_t window_ps) const {
    return static_cast<double>(length_ps) / (static_cast<double>(stretches) * static_cast<double>(window_ps));
  }
};

/// The span that leaves the least of its stretches uncovered, among the short ones.
Span best_span(std::int64_t window_ps, std::int64_t resolution_ps) {
  // A span may begin this much after an aligned moment.
  const std::int64_t late = alignment_ps - std::gcd(alignment_ps, resolution_ps);
  const std::int64_t fewest = (resolution_ps + late + window_ps - 1) / window_ps;
  Span best;
  for (std::int64_t stretches = fewest; stretches < fewest + 16; ++stretches) {
    const std::int64_t room = stretches * window_ps - late;
    const Span span{stretches, room - room % resolution_ps};
    if (span.tightness(window_ps) > best.tightness(window_ps) || best.stretches == 0) best = span;
  }
  return best;
}

/// Slides one span over the rows. Energy as a function of where the span begins is linear between the moments
/// where one of its ends meets an end of a row, so that it is looked at there only.
class PeakScan {
 public:
  PeakScan(const Ledger::Peak& peak, const PowerCsvFacts& facts, std::int64_t run_end_ps)
      : peak_(peak), span_(best_span(peak.window_ns * 1000, facts.resolution_ps)) {
    const std::int64_t last_begin = run_end_ps - span_.stretches * peak.window_ns * 1000;
    const std::int64_t last_end = std::min(last_begin + span_.length_ps, facts.end_ps);
    last_end_ps_ = last_end - last_end % facts.resolution_ps;
  }

  void see(std::int64_t start_ps, std::int64_t end_ps, double watts, Law& law) {
    rows_.push_back({start_ps, end_ps, joules_.value(), watts});
    const std::int64_t end = std::min(end_ps, last_end_ps_);
    while (!rows_.empty() && rows_.front().start_ps + span_.length_ps <= end) {
      look(rows_.front().start_ps, law);
      if (rows_.front().end_ps + span_.length_ps > end) break;
      rows_.pop_front();
    }
    if (end > start_ps && end - span_.length_ps >= 0) look(end - span_.length_ps, law);
    joules_.add(watts * (static_cast<double>(end_ps - start_ps) * 1e-12));
  }

  std::uint64_t looks() const { return looks_; }

 private:
  struct Row {
    std::int64_t start_ps = 0;
    std::int64_t end_ps = 0;
    double joules = 0;  ///< before it
    double watts = 0;
    double joules_at(std::int64_t at_ps) const {
      return joules + watts * (static_cast<double>(at_ps - start_ps) * 1e-12);
    }
  };

  void look(std::int64_t begin_ps, Law& law) {
    const std::int64_t end_ps = begin_ps + span_.length_ps;
    const Row& last = rows_.back();
    if (begin_ps < rows_.front().start_ps || end_ps < last.start_ps || end_ps > last.end_ps) return;
    ++looks_;
    const double found = last.joules_at(end_ps) - rows_.front().joules_at(begin_ps);
    const double most = peak_.watts * (static_cast<double>(span_.stretches * peak_.window_ns) * 1e-9);
    if (found > most * (1 + tolerance) + 1e-14 * last.joules) {
      law.violated("power.csv, " + time_text(begin_ps) + " ... " + time_text(end_ps) + ": expected " +
                   text(most) + " J at most by the peak of " + time_text(peak_.window_ns * 1000) +
                   ", found " + text(found) + " J");
    }
  }

  Ledger::Peak peak_;
  Span span_;
  std::int64_t last_end_ps_ = 0;
  std::deque<Row> rows_;
  ExactSum joules_;
  std::uint64_t looks_ = 0;
};

std::string name_of(const Ledger::Peak& peak) {
  return time_text(peak.window_ns * 1000);
}

void check_order(const Ledger& ledger, Findings& findings) {
  Law law(findings, "summary.json", "peaks begin at whole 100 ns and fall with their length");
  for (const Ledger::Peak& peak : ledger.peaks) {
    if (!(std::isfinite(peak.watts) && peak.watts >= 0)) {
      law.violated("peak of " + name_of(peak) + ": expected 0 W or more, found " + text(peak.watts) + " W");
    }
    if (peak.begin_ps < 0 || peak.begin_ps % alignment_ps != 0) {
      law.violated("peak of " + name_of(peak) + ": begins at " + time_text(peak.begin_ps));
    }
    for (const Ledger::Peak& longer : ledger.peaks) {
      if (longer.window_ns <= peak.window_ns || longer.window_ns % peak.window_ns != 0) continue;
      if (longer.watts > peak.watts * (1 + tolerance)) {
        law.violated("peak of " + name_of(longer) + ": expected at most that of " + name_of(peak) + ", " +
                     text(peak.watts) + " W, found " + text(longer.watts) + " W");
      }
    }
  }
  law.close(counted(ledger.peaks.size(), "peak"));
}

void check_bounds(const Ledger& ledger, const std::filesystem::path& power_csv, const PowerCsvFacts& power,
                  Findings& findings) {
  Law law(findings, "summary.json", "no stretch of power.csv exceeds its peak_power");
  std::vector<PeakScan> scans;
  for (const Ledger::Peak& peak : ledger.peaks) scans.emplace_back(peak, power, ledger.end_ns() * 1000);
  PowerRows rows(power_csv);
  while (rows.next()) {
    const double watts = rows.total_watts();
    for (PeakScan& scan : scans) scan.see(rows.start_ps(), rows.end_ps(), watts, law);
  }
  std::string looks;
  for (const PeakScan& scan : scans) looks += (looks.empty() ? "" : " + ") + grouped(scan.looks());
  law.close(counted(scans.size(), "peak") + ", " + looks + " stretches");
}

void check_begins(const Ledger& ledger, const std::filesystem::path& power_csv, const PowerCsvFacts& power,
                  Findings& findings) {
  Law law(findings, "summary.json", "the stretch that a peak_power names reaches it in power.csv");
  std::vector<EnergySpan> spans;
  for (const Ledger::Peak& peak : ledger.peaks) {
    spans.push_back({peak.begin_ps, peak.begin_ps + peak.window_ns * 1000,
                     peak.watts * (static_cast<double>(peak.window_ns) * 1e-9), "peak of " + name_of(peak)});
  }
  compare_with_power(power_csv, power, std::move(spans), law);
  law.close(counted(ledger.peaks.size(), "peak"), "windows of " + time_text(power.resolution_ps));
}

}  // namespace

void check_peaks(const Ledger& ledger, const std::filesystem::path& power_csv, const PowerCsvFacts* power,
                 Findings& findings) {
  if (!ledger.document.contains("peak_power")) {
    return findings.skip("summary.json: no peak_power, as of a run without traces");
  }
  check_order(ledger, findings);
  if (power == nullptr) return findings.skip("summary.json: peak_power: no power.csv to compare with");
  try {
    check_bounds(ledger, power_csv, *power, findings);
    check_begins(ledger, power_csv, *power, findings);
  } catch (const Malformed&) {
    // Said where power.csv itself was checked.
  }
}

}  // namespace kasane::checks
