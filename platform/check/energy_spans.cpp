#include "platform/check/energy_spans.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <cmath>
#include <map>

#include "platform/check/csv_reader.h"
#include "platform/check/exact_sum.h"
#include "platform/check/image_laws.h"
#include "platform/check/power_rows.h"

namespace kasane::checks {
namespace {

constexpr std::size_t most_spans = std::size_t{1} << 18;  ///< compared at a time

/// Energy from 0 to a moment: power.csv bounds it by its value at the windows' edges around.
struct Bounds {
  double least = 0;
  double most = 0;
};

/// Energy from 0 on, asked for moments in rising order.
class CumulatedPower {
 public:
  CumulatedPower(const std::filesystem::path& path, const PowerCsvFacts& facts)
      : rows_(path), facts_(facts), more_(rows_.next()) {}

  Bounds at(std::int64_t moment_ps) {
    const std::int64_t moment = std::min(moment_ps, facts_.end_ps);
    while (more_ && rows_.end_ps() <= moment) {
      joules_.add(joules(rows_.duration_ps()));
      more_ = rows_.next();
    }
    if (!more_) return {joules_.value(), joules_.value()};
    const std::int64_t floor = moment - moment % facts_.resolution_ps;
    const std::int64_t ceiling =
        floor == moment ? floor : std::min(floor + facts_.resolution_ps, rows_.end_ps());
    return {joules_.value() + joules(floor - rows_.start_ps()),
            joules_.value() + joules(ceiling - rows_.start_ps())};
  }

 private:
  double joules(std::int64_t picoseconds) const {
    return rows_.total_watts() * (static_cast<double>(picoseconds) * 1e-12);
  }

  PowerRows rows_;
  PowerCsvFacts facts_;
  ExactSum joules_;  ///< before the row
  bool more_;
};

struct Edge {
  std::int64_t at_ps = 0;
  std::size_t span = 0;
  bool is_end = false;
};

std::vector<Edge> edges_of(const std::vector<EnergySpan>& spans) {
  std::vector<Edge> edges;
  edges.reserve(2 * spans.size());
  for (std::size_t n = 0; n < spans.size(); ++n) {
    edges.push_back({spans[n].begin_ps, n, false});
    edges.push_back({spans[n].end_ps, n, true});
  }
  std::sort(edges.begin(), edges.end(),
            [](const Edge& one, const Edge& other) { return one.at_ps < other.at_ps; });
  return edges;
}

/// Collects a file's spans and compares them when there are many.
class SpanBatches {
 public:
  SpanBatches(const std::filesystem::path& power_csv, const PowerCsvFacts* power, Law& law)
      : power_csv_(power_csv), power_(power), law_(law) {}

  void add(EnergySpan span) {
    if (power_ == nullptr) return;
    spans_.push_back(std::move(span));
    if (spans_.size() == most_spans) compare();
  }
  void compare() {
    if (power_ == nullptr || spans_.empty()) return;
    compare_with_power(power_csv_, *power_, std::move(spans_), law_);
    spans_.clear();
  }

 private:
  const std::filesystem::path& power_csv_;
  const PowerCsvFacts* power_;
  Law& law_;
  std::vector<EnergySpan> spans_;
};

EnergySpan span_of(const CsvReader& csv, std::size_t begin, std::size_t seconds, std::size_t joules) {
  const std::int64_t begin_ps = csv.picoseconds(begin);
  return {begin_ps, begin_ps + csv.picoseconds(seconds), csv.number(joules), line_text(csv.line())};
}

bool is_quantity(double value) {
  return std::isfinite(value) && value >= 0;
}

struct RegionTotal {
  std::uint64_t count = 0;
  ExactSum seconds;
  ExactSum joules;
};

using RegionTotals = std::map<std::string, RegionTotal>;

void compare_regions(const RegionTotals& totals, const Ledger& ledger, Findings& findings) {
  if (!ledger.document.contains("regions")) {
    return findings.skip("regions.csv: summary.json has no regions");
  }
  Law law(findings, "regions.csv", "count, time and energy of each region = summary.json");
  const std::string where = "summary.json: regions";
  const boost::json::array& regions = list_of(ledger.document, "regions", "summary.json");
  std::uint64_t stays = 0;
  for (const boost::json::value& value : regions) {
    const boost::json::object& region = as_object(value, where);
    const std::string name(text_of(region, "name", where));
    const auto found = totals.find(name);
    const RegionTotal total = found == totals.end() ? RegionTotal{} : found->second;
    stays += total.count;
    const double count = number_of(region, "count", where);
    const double seconds = number_of(region, "seconds", where);
    const double joules = number_of(region, "energy_joules", where);
    if (static_cast<double>(total.count) != count) {
      law.violated(name + ": expected " + text(count) + " stays, found " + grouped(total.count));
    }
    if (!equal(seconds, total.seconds.value())) {
      law.violated(name + ": " + expected_found(seconds, total.seconds.value(), "s"));
    }
    if (!equal(joules, total.joules.value())) {
      law.violated(name + ": " + expected_found(joules, total.joules.value(), "J"));
    }
  }
  for (const auto& [name, total] : totals) {
    const bool known = std::any_of(regions.begin(), regions.end(), [&, &key = name](const auto& value) {
      return text_of(as_object(value, where), "name", where) == key;
    });
    if (!known) law.violated(name + ": a region that summary.json does not have");
  }
  law.close(counted(regions.size(), "region") + ", " + counted(stays, "stay"));
}

}  // namespace

void compare_with_power(const std::filesystem::path& power_csv, const PowerCsvFacts& facts,
                        std::vector<EnergySpan> spans, Law& law) {
  std::vector<Bounds> begins(spans.size());
  CumulatedPower power(power_csv, facts);
  const double all = CumulatedPower(power_csv, facts).at(facts.end_ps).least;
  for (const Edge& edge : edges_of(spans)) {
    const Bounds at = power.at(edge.at_ps);
    if (!edge.is_end) begins[edge.span] = at;
    const EnergySpan& span = spans[edge.span];
    if (!edge.is_end || span.end_ps < span.begin_ps) continue;
    // Differences of sums over the whole run carry the rounding of these sums.
    const double slack = tolerance * span.joules + 1e-14 * all;
    const double least = std::max(0.0, at.least - begins[edge.span].most);
    const double most = at.most - begins[edge.span].least;
    if (!(span.joules >= least - slack && span.joules <= most + slack)) {
      law.violated(span.place + ": " + time_text(span.begin_ps) + " ... " + time_text(span.end_ps) +
                   ": expected " + text(least) + " ... " + text(most) + " J, found " + text(span.joules) +
                   " J");
    }
  }
}

void check_regions_csv(const std::filesystem::path& path, const std::filesystem::path& power_csv,
                       const PowerCsvFacts* power, const Ledger* ledger, Findings& findings) {
  Law form(findings, "regions.csv", "can be read to its end");
  try {
    CsvReader csv(path);
    const std::size_t name = csv.column("name");
    const std::size_t begin = csv.column("begin_seconds");
    const std::size_t seconds = csv.column("seconds");
    const std::size_t joules = csv.column("energy_joules");
    const std::size_t watts = csv.column("average_watts");
    Law average(findings, "regions.csv", "average power = energy / time, not negative");
    Law integral(findings, "regions.csv", "energy = integral of power.csv");
    SpanBatches batches(power_csv, power, integral);
    RegionTotals totals;
    while (csv.next()) {
      const double time = csv.number(seconds);
      const double energy = csv.number(joules);
      const double power_watts = csv.number(watts);
      if (!is_quantity(energy) || !is_quantity(power_watts) ||
          (time > 0 && !equal(energy / time, power_watts))) {
        average.violated(line_text(csv.line()) + ": " +
                         expected_found(time > 0 ? energy / time : 0, power_watts, "W"));
      }
      batches.add(span_of(csv, begin, seconds, joules));
      RegionTotal& total = totals[csv.field(name)];
      ++total.count;
      total.seconds.add(time);
      total.joules.add(energy);
    }
    batches.compare();
    if (csv.ends_within_row() && ledger != nullptr) form.violated("the last line has no end");
    const std::string counts = counted(csv.rows(), "stay");
    form.close(counts);
    const bool expected = ledger != nullptr && ledger->document.contains("regions") &&
                          !list_of(ledger->document, "regions", "summary.json").empty();
    if (csv.rows() == 0 && !expected) return findings.skip("regions.csv: firmware measured no regions");
    average.close(counts);
    if (power != nullptr) integral.close(counts);
    if (ledger != nullptr) compare_regions(totals, *ledger, findings);
  } catch (const Malformed& error) {
    form.violated(error.what());
    form.close("");
  }
}

void check_results_csv(const std::filesystem::path& path, const std::filesystem::path& power_csv,
                       const PowerCsvFacts* power, const Ledger* ledger, Findings& findings) {
  Law form(findings, "results.csv", "can be read to its end");
  try {
    CsvReader csv(path);
    const std::size_t begin = csv.column("begin_seconds");
    const std::size_t seconds = csv.column("seconds");
    const std::size_t joules = csv.column("joules");
    ImageLaws images(findings, csv, ledger);
    Law integral(findings, "results.csv", "energy = integral of power.csv");
    SpanBatches batches(power_csv, power, integral);
    while (csv.next()) {
      const EnergySpan span = span_of(csv, begin, seconds, joules);
      images.see_row(span);
      batches.add(span);
    }
    batches.compare();
    if (csv.ends_within_row() && ledger != nullptr) form.violated("the last line has no end");
    const std::string counts = counted(csv.rows(), "image");
    form.close(counts);
    images.close();
    if (power != nullptr) integral.close(counts);
    if (ledger != nullptr) {
      Law law(findings, "results.csv", "images = summary.json");
      const double expected = number_of(ledger->document, "images", "summary.json");
      if (static_cast<double>(csv.rows()) != expected) {
        law.violated("expected " + text(expected) + " rows, found " + grouped(csv.rows()));
      }
      law.close(counts);
    }
  } catch (const Malformed& error) {
    form.violated(error.what());
    form.close("");
  }
}

}  // namespace kasane::checks
