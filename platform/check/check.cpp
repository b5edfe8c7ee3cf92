#include "platform/check/check.h"

#include <map>
#include <optional>

#include "platform/check/energy_spans.h"
#include "platform/check/exit_laws.h"
#include "platform/check/findings.h"
#include "platform/check/ledger.h"
#include "platform/check/peak_laws.h"
#include "platform/check/perfetto_laws.h"
#include "platform/check/power_csv_laws.h"
#include "platform/check/summary_laws.h"
#include "platform/check/timeline_laws.h"
#include "platform/check/vcd_laws.h"

namespace kasane::checks {
namespace {

using Ends = std::map<std::string, std::int64_t>;  ///< of power, by file

void compare_ends(const Ends& ends, Findings& findings) {
  if (ends.size() < 2) return;
  Law law(findings, "traces of power", "end at the same time");
  const auto& [first, expected] = *ends.begin();
  for (const auto& [file, end] : ends) {
    if (end != expected) {
      std::string violation = file + ": expected " + time_text(expected);
      violation += " as in " + first + ", found " + time_text(end);
      law.violated(violation);
    }
  }
  law.close(counted(ends.size(), "file"));
}

void compare_slices(const SliceDigests& timeline, const SliceDigests& perfetto, Findings& findings) {
  Law law(findings, "trace.pftrace", "each track has the slices of timeline.csv");
  SliceDigests all = timeline;
  all.insert(perfetto.begin(), perfetto.end());
  std::uint64_t slices = 0;
  for (const auto& [track, unused] : all) {
    const auto expected = timeline.find(track);
    const auto found = perfetto.find(track);
    const SliceDigest nothing;
    const SliceDigest& one = expected == timeline.end() ? nothing : expected->second;
    const SliceDigest& other = found == perfetto.end() ? nothing : found->second;
    slices += one.slices;
    if (one.slices != other.slices) {
      law.violated(track.first + ", " + track.second + ": expected " + counted(one.slices, "slice") +
                   ", found " + grouped(other.slices));
    } else if (one != other) {
      law.violated(track.first + ", " + track.second + ": " + counted(one.slices, "slice") +
                   ", of other names or times");
    }
  }
  law.close(counted(all.size(), "track") + ", " + counted(slices, "slice"));
}

/// One run's folder, file by file.
class RunCheck {
 public:
  RunCheck(const std::filesystem::path& folder, std::ostream& out) : folder_(folder), findings_(out) {
    if (has("summary.json")) ledger_ = read_ledger(folder_ / "summary.json");
  }

  CheckResult run() {
    if (ledger_) {
      check_summary(*ledger_, findings_);
      check_exits(*ledger_, findings_);
    } else {
      findings_.skip("summary.json: absent, so the ledger is missing: the run did not end");
    }
    check_traces();
    check_spans();
    if (findings_.checked() == 0) {
      throw CannotRead(folder_.string() + ": no file of a run, expected summary.json, power.csv, ...");
    }
    findings_.verdict(ledger_.has_value());
    return findings_.all_hold() ? CheckResult::all_hold : CheckResult::broken;
  }

 private:
  bool has(const char* file) const { return std::filesystem::exists(folder_ / file); }

  /// A file to check; says why where it is not.
  bool is_to_check(const char* file) {
    if (!has(file)) {
      findings_.skip(std::string(file) + ": absent");
      return false;
    }
    if (!ledger_ && std::filesystem::file_size(folder_ / file) == 0) {
      findings_.skip(std::string(file) + ": empty, killed before the first flush");
      return false;
    }
    return true;
  }

  const Ledger* ledger() const { return ledger_ ? &*ledger_ : nullptr; }

  void check_traces() {
    std::optional<SliceDigests> timeline;
    std::optional<PerfettoFacts> perfetto;
    Ends ends;
    if (is_to_check("power.csv")) power_ = check_power_csv(folder_ / "power.csv", ledger(), findings_);
    if (power_) ends["power.csv"] = power_->end_ps;
    if (is_to_check("timeline.csv")) {
      timeline = check_timeline_csv(folder_ / "timeline.csv", ledger(), findings_);
    }
    if (is_to_check("trace.pftrace")) {
      perfetto = check_perfetto(folder_ / "trace.pftrace", ledger(), findings_);
    }
    if (perfetto && perfetto->power_end_ps) ends["trace.pftrace"] = *perfetto->power_end_ps;
    if (is_to_check("waves.vcd")) {
      const std::optional<std::int64_t> end = check_vcd(folder_ / "waves.vcd", ledger(), findings_);
      if (end) ends["waves.vcd"] = *end;
    }
    if (has("waves.fst")) findings_.skip("waves.fst: fst2vcd makes a waves.vcd of it, which can be checked");
    if (!ledger_) return;  // Each file of a killed run ends at its own last flush.
    compare_ends(ends, findings_);
    if (timeline && perfetto) compare_slices(*timeline, perfetto->slices, findings_);
  }

  void check_spans() {
    const PowerCsvFacts* power = power_ ? &*power_ : nullptr;
    // The power of a killed run may end before its last results do.
    const PowerCsvFacts* compared = ledger_ ? power : nullptr;
    if (ledger_) check_peaks(*ledger_, folder_ / "power.csv", power, findings_);
    if (is_to_check("results.csv")) {
      check_results_csv(folder_ / "results.csv", folder_ / "power.csv", compared, ledger(), findings_);
    }
    if (is_to_check("regions.csv")) {
      check_regions_csv(folder_ / "regions.csv", folder_ / "power.csv", compared, ledger(), findings_);
    }
  }

  std::filesystem::path folder_;
  Findings findings_;
  std::optional<Ledger> ledger_;
  std::optional<PowerCsvFacts> power_;
};

}  // namespace

CheckResult check_run(const std::filesystem::path& folder, std::ostream& out) {
  if (!std::filesystem::is_directory(folder)) {
    throw CannotRead(folder.string() + ": not a folder, expected that of a run");
  }
  return RunCheck(folder, out).run();
}

}  // namespace kasane::checks
