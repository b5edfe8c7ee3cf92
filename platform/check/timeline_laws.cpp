#include "platform/check/timeline_laws.h"

#include <boost/json/array.hpp>
#include <map>

#include "platform/check/csv_reader.h"
#include "platform/check/exact_sum.h"
#include "platform/check/slice_order.h"

namespace kasane::checks {
namespace {

constexpr const char* file_name = "timeline.csv";

/// Number and time of the slices of one name on one track.
struct NameTotal {
  std::uint64_t slices = 0;
  std::int64_t picoseconds = 0;
  double seconds() const { return static_cast<double>(picoseconds) * 1e-12; }
};

struct TrackState {
  SliceOrder order;
  std::int64_t last_end = 0;
};

using TrackKey = std::pair<std::string, std::string>;  ///< block, track

/// Sums by name, of the tracks that summary.json sums up, too.
using NameTotals = std::map<TrackKey, std::map<std::string, NameTotal>>;

bool is_summed(const std::string& block, const std::string& track) {
  return block == "software" || block.starts_with("domain ") || (block == "cpu" && track == "activity");
}

class SliceLaws {
 public:
  SliceLaws(Findings& findings, const CsvReader& csv)
      : csv_(csv),
        begin_(csv.column("begin_seconds")),
        duration_(csv.column("duration_seconds")),
        block_(csv.column("block")),
        track_(csv.column("track")),
        name_(csv.column("name")),
        layer_(csv.column("layer")),
        sorted_(findings, file_name, "slices of a track are sorted by their end"),
        nested_(findings, file_name, "slices of a track nest or follow each other") {}

  void see_row() {
    const TrackKey key(csv_.field(block_), csv_.field(track_));
    const std::string& name = csv_.field(name_);
    const std::int64_t begin = csv_.picoseconds(begin_);
    const std::int64_t end = begin + csv_.picoseconds(duration_);
    TrackState& state = tracks_[key];
    const auto where = [&] { return line_text(csv_.line()) + ": " + key.first + ", " + key.second + ": "; };
    if (end < state.last_end) {
      sorted_.violated(where() + "expected an end of " + time_text(state.last_end) + " or later, found " +
                       time_text(end));
    } else {
      state.last_end = end;
      if (const std::optional<SliceOrder::Slice> other = state.order.add({begin, end})) {
        nested_.violated(where() + time_text(begin) + " ... " + time_text(end) + " overlaps " +
                         time_text(other->begin) + " ... " + time_text(other->end));
      }
    }
    digests_[key].add(shown_name(), begin / 1000, end / 1000);
    if (is_summed(key.first, key.second)) {
      NameTotal& total = totals_[key][name];
      ++total.slices;
      total.picoseconds += end - begin;
    }
  }

  void close() {
    const std::string counts = counted(csv_.rows(), "slice") + " on " + counted(tracks_.size(), "track");
    sorted_.close(counts);
    nested_.close(counts);
  }

  const NameTotals& totals() const { return totals_; }
  SliceDigests&& digests() { return std::move(digests_); }

 private:
  /// As trace.pftrace names the slice: with its layer, where that says more.
  std::string shown_name() const {
    const std::string& name = csv_.field(name_);
    const std::string& layer = csv_.field(layer_);
    return layer.empty() || layer == name ? name : name + " " + layer;
  }

  const CsvReader& csv_;
  std::size_t begin_, duration_, block_, track_, name_, layer_;
  Law sorted_, nested_;
  std::map<TrackKey, TrackState> tracks_;
  SliceDigests digests_;
  NameTotals totals_;
};

/// Half a picosecond a slice is lost where times are written in seconds.
bool same_time(double expected, const NameTotal& found) {
  return std::abs(expected - found.seconds()) <=
         tolerance * expected + 0.5e-12 * static_cast<double>(found.slices);
}

NameTotal total_of(const NameTotals& totals, const TrackKey& track, std::string_view name) {
  const auto names = totals.find(track);
  if (names == totals.end()) return {};
  const auto total = names->second.find(std::string(name));
  return total == names->second.end() ? NameTotal{} : total->second;
}

void compare_layers(const Ledger& ledger, const NameTotals& totals, Findings& findings) {
  const boost::json::array& layers = list_of(ledger.document, "layers", "summary.json");
  Law law(findings, file_name, "time of each layer = summary.json");
  std::map<std::string, double> seconds;                 // Layers of one name are one in the timeline.
  for (std::size_t n = 0; n + 1 < layers.size(); ++n) {  // The last one is what belongs to no layer.
    const boost::json::object& layer = as_object(layers[n], "summary.json: layers");
    seconds[std::string(text_of(layer, "name", "summary.json: layers"))] +=
        number_of(layer, "seconds", "summary.json: layers");
  }
  for (const auto& [name, expected] : seconds) {
    const NameTotal found = total_of(totals, {"software", "layers"}, name);
    if (!same_time(expected, found)) {
      law.violated(name + ": " + expected_found(expected, found.seconds(), "s"));
    }
  }
  law.close(counted(seconds.size(), "layer"));
}

void compare_regions(const Ledger& ledger, const NameTotals& totals, Findings& findings) {
  if (!ledger.document.contains("regions")) return findings.skip("timeline.csv: summary.json has no regions");
  const boost::json::array& regions = list_of(ledger.document, "regions", "summary.json");
  if (regions.empty()) return findings.skip("timeline.csv: firmware measured no regions");
  Law law(findings, file_name, "stays in each region = summary.json");
  for (const boost::json::value& value : regions) {
    const std::string where = "summary.json: regions";
    const boost::json::object& region = as_object(value, where);
    const std::string name(text_of(region, "name", where));
    NameTotal found;
    if (const auto names = totals.find({"software", "regions: " + name}); names != totals.end()) {
      for (const auto& [slice, total] : names->second) {
        found.slices += total.slices;
        found.picoseconds += total.picoseconds;
      }
    }
    const double count = number_of(region, "count", where);
    const double seconds = number_of(region, "seconds", where);
    if (static_cast<double>(found.slices) != count) {
      law.violated(name + ": expected " + text(count) + " slices, found " + grouped(found.slices));
    }
    if (!same_time(seconds, found)) law.violated(name + ": " + expected_found(seconds, found.seconds(), "s"));
  }
  law.close(counted(regions.size(), "region"));
}

/// Images of networks with several exits, on two tracks.
void compare_images(const Ledger& ledger, const NameTotals& totals, Findings& findings) {
  if (!ledger.document.contains("exits") || !ledger.document.contains("latency_seconds")) return;
  Law law(findings, file_name, "images and their latencies = summary.json");
  NameTotal found;
  for (const char* track : {"images 1", "images 2"}) {
    const auto names = totals.find({"software", track});
    if (names == totals.end()) continue;
    for (const auto& [name, total] : names->second) {
      found.slices += total.slices;
      found.picoseconds += total.picoseconds;
    }
  }
  const double images = number_of(ledger.document, "images", "summary.json");
  const boost::json::object& latency = object_of(ledger.document, "latency_seconds", "summary.json");
  const double seconds = images * number_of(latency, "mean", "summary.json: latency_seconds");
  if (static_cast<double>(found.slices) != images) {
    law.violated("expected " + text(images) + " slices, found " + grouped(found.slices));
  }
  if (!same_time(seconds, found)) law.violated(expected_found(seconds, found.seconds(), "s"));
  law.close(counted(found.slices, "image"));
}

void compare_domains(const Ledger& ledger, const NameTotals& totals, Findings& findings) {
  if (!ledger.document.contains("domains")) return findings.skip("timeline.csv: summary.json has no domains");
  Law law(findings, file_name, "time in each state of a power domain = summary.json");
  std::uint64_t count = 0;
  for (const auto& [key, value] : object_of(ledger.document, "domains", "summary.json")) {
    const std::string domain(key);
    const std::string where = "summary.json: domains." + domain;
    for (const boost::json::value& entry : list_of(as_object(value, where), "states", where)) {
      const boost::json::object& state = as_object(entry, where);
      const std::string name(text_of(state, "state", where));
      const double expected = number_of(state, "seconds", where);
      const NameTotal found = total_of(totals, {"domain " + domain, "state"}, name);
      ++count;
      if (!same_time(expected, found)) {
        std::string violation = domain + ", " + name;
        violation += ": " + expected_found(expected, found.seconds(), "s");
        law.violated(violation);
      }
    }
  }
  law.close(counted(count, "state"));
}

}  // namespace

std::optional<SliceDigests> check_timeline_csv(const std::filesystem::path& path, const Ledger* ledger,
                                               Findings& findings) {
  Law form(findings, file_name, "can be read to its end");
  try {
    CsvReader csv(path);
    SliceLaws laws(findings, csv);
    while (csv.next()) laws.see_row();
    if (csv.ends_within_row() && ledger != nullptr) form.violated("the last line has no end");
    form.close(counted(csv.rows(), "row"));
    laws.close();
    if (ledger != nullptr) {
      compare_layers(*ledger, laws.totals(), findings);
      compare_regions(*ledger, laws.totals(), findings);
      compare_images(*ledger, laws.totals(), findings);
      compare_domains(*ledger, laws.totals(), findings);
    }
    return laws.digests();
  } catch (const Malformed& error) {
    form.violated(error.what());
    form.close("");
    return std::nullopt;
  }
}

}  // namespace kasane::checks
