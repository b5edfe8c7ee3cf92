#include "platform/check/image_laws.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "platform/check/exact_sum.h"
#include "platform/check/exit_laws.h"

namespace kasane::checks {
namespace {

constexpr const char* file_name = "results.csv";

bool has_column(const CsvReader& csv, std::string_view name) {
  return std::find(csv.header().begin(), csv.header().end(), name) != csv.header().end();
}

double seconds(std::int64_t picoseconds) {
  return static_cast<double>(picoseconds) * 1e-12;
}

}  // namespace

ImageLaws::ImageLaws(Findings& findings, const CsvReader& csv, const Ledger* ledger)
    : findings_(findings), csv_(csv), ledger_(ledger) {
  if (has_column(csv, "exit")) exits_ = std::make_unique<ExitLaws>(findings, csv, ledger);
  order_.emplace(findings, file_name,
                 may_overlap() ? "at most two images overlap, ends in order, energy not negative"
                               : "images follow each other, energy not negative");
}

/// Firmware may have two images in flight whatever the network, but only exits are a reason to.
bool ImageLaws::may_overlap() const {
  return exits_ != nullptr || (ledger_ != nullptr && ledger_->document.contains("images_overlap"));
}

ImageLaws::~ImageLaws() = default;

void ImageLaws::see_row(const EnergySpan& image) {
  if (!(std::isfinite(image.joules) && image.joules >= 0)) {
    order_->violated(image.place + ": expected 0 J or more, found " + text(image.joules) + " J");
  }
  if (!images_.empty() && image.end_ps < images_.back().end_ps) {
    order_->violated(image.place + ": expected an end at " + time_text(images_.back().end_ps) +
                     " or later, found " + time_text(image.end_ps));
  }
  images_.push_back({image.begin_ps, image.end_ps, csv_.line()});
  if (exits_) exits_->see_row();
}

std::int64_t ImageLaws::check_order() {
  std::vector<Image> begun = images_;  // in order of their begins
  std::stable_sort(begun.begin(), begun.end(),
                   [](const Image& one, const Image& other) { return one.begin_ps < other.begin_ps; });
  const std::size_t most = may_overlap() ? 2 : 1;
  std::multiset<std::int64_t> ends;  // of those under way
  std::int64_t union_ps = 0;
  std::int64_t counted_ps = 0;
  for (const Image& image : begun) {
    while (!ends.empty() && *ends.begin() <= image.begin_ps) ends.erase(ends.begin());
    if (ends.size() >= most) {
      order_->violated(line_text(image.line) + ": expected a begin at " + time_text(*ends.begin()) +
                       " or later, found " + time_text(image.begin_ps));
    }
    ends.insert(image.end_ps);
    union_ps += std::max<std::int64_t>(0, image.end_ps - std::max(image.begin_ps, counted_ps));
    counted_ps = std::max(counted_ps, image.end_ps);
  }
  return union_ps;
}

void ImageLaws::close() {
  const std::int64_t union_ps = check_order();
  order_->close(counted(csv_.rows(), "image"));
  if (exits_) exits_->close();
  if (ledger_ != nullptr) check_times(union_ps);
}

/// Percentiles by nearest rank.
void ImageLaws::check_times(std::int64_t union_ps) {
  if (images_.empty()) return;
  if (!ledger_->document.contains("latency_seconds")) {
    return findings_.skip("results.csv: summary.json has no latency_seconds");
  }
  Law law(findings_, file_name, "latencies, and the time in which they lie = summary.json");
  const auto& latency = object_of(ledger_->document, "latency_seconds", "summary.json");
  const auto expect = [&](const char* key, double found) {
    const double expected = number_of(latency, key, "summary.json: latency_seconds");
    if (!equal(expected, found)) law.violated(std::string(key) + ": " + expected_found(expected, found, "s"));
  };
  std::vector<std::int64_t> latencies;
  for (const Image& image : images_) latencies.push_back(image.end_ps - image.begin_ps);
  std::sort(latencies.begin(), latencies.end());
  const std::size_t images = latencies.size();
  const auto count = static_cast<double>(images);
  const auto sum = std::accumulate(latencies.begin(), latencies.end(), std::int64_t{0});
  expect("mean", seconds(sum) / count);
  expect("max", seconds(latencies.back()));
  for (const auto& [key, percent] : {std::pair("p50", 0.5), std::pair("p90", 0.9), std::pair("p99", 0.99)}) {
    const auto rank = static_cast<std::size_t>(std::ceil(percent * count - 1e-9));
    expect(key, seconds(latencies[rank - 1]));
  }
  const double expected = number_of(ledger_->document, "seconds_per_image", "summary.json") * count;
  // Without exits, what overlaps an image may never have ended: its time is in the summary, not in the rows.
  const bool may_be_less = exits_ == nullptr && may_overlap();
  if (!equal(expected, seconds(union_ps)) && !(may_be_less && seconds(union_ps) < expected)) {
    law.violated("all images: " + expected_found(expected, seconds(union_ps), "s"));
  }
  law.close(counted(images, "image"));
}

}  // namespace kasane::checks
