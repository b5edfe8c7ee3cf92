#include "platform/check/image_laws.h"

#include <algorithm>
#include <cmath>
#include <numeric>

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
                 exits_ ? "at most two images overlap, and end as they began, energy not negative"
                        : "images follow each other, energy not negative");
}

ImageLaws::~ImageLaws() = default;

void ImageLaws::see_row(const EnergySpan& image) {
  check_order(image);
  if (!(std::isfinite(image.joules) && image.joules >= 0)) {
    order_->violated(image.place + ": expected 0 J or more, found " + text(image.joules) + " J");
  }
  union_ps_ += std::max<std::int64_t>(0, image.end_ps - std::max(image.begin_ps, last_.end_ps));
  latencies_ps_.push_back(image.end_ps - image.begin_ps);
  before_last_end_ps_ = last_.end_ps;
  last_ = image;
  if (exits_) exits_->see_row();
}

void ImageLaws::check_order(const EnergySpan& image) {
  const auto expect_begin = [&](std::int64_t earliest_ps) {
    if (image.begin_ps >= earliest_ps) return;
    order_->violated(image.place + ": expected a begin at " + time_text(earliest_ps) + " or later, found " +
                     time_text(image.begin_ps));
  };
  if (!exits_) return expect_begin(last_.end_ps);
  expect_begin(std::max(before_last_end_ps_, last_.begin_ps));
  if (image.end_ps < last_.end_ps) {
    order_->violated(image.place + ": expected an end at " + time_text(last_.end_ps) + " or later, found " +
                     time_text(image.end_ps));
  }
}

void ImageLaws::close() {
  order_->close(counted(csv_.rows(), "image"));
  if (exits_) exits_->close();
  if (ledger_ != nullptr) check_times();
}

/// Percentiles by nearest rank.
void ImageLaws::check_times() {
  if (latencies_ps_.empty()) return;
  if (!ledger_->document.contains("latency_seconds")) {
    return findings_.skip("results.csv: summary.json has no latency_seconds");
  }
  Law law(findings_, file_name, "latencies, and the time in which they lie = summary.json");
  const auto& latency = object_of(ledger_->document, "latency_seconds", "summary.json");
  const auto expect = [&](const char* key, double found) {
    const double expected = number_of(latency, key, "summary.json: latency_seconds");
    if (!equal(expected, found)) law.violated(std::string(key) + ": " + expected_found(expected, found, "s"));
  };
  std::sort(latencies_ps_.begin(), latencies_ps_.end());
  const std::size_t images = latencies_ps_.size();
  const auto count = static_cast<double>(images);
  const auto sum = std::accumulate(latencies_ps_.begin(), latencies_ps_.end(), std::int64_t{0});
  expect("mean", seconds(sum) / count);
  expect("max", seconds(latencies_ps_.back()));
  for (const auto& [key, percent] : {std::pair("p50", 0.5), std::pair("p90", 0.9), std::pair("p99", 0.99)}) {
    const auto rank = static_cast<std::size_t>(std::ceil(percent * count - 1e-9));
    expect(key, seconds(latencies_ps_[rank - 1]));
  }
  const double expected = number_of(ledger_->document, "seconds_per_image", "summary.json") * count;
  if (!equal(expected, seconds(union_ps_))) {
    law.violated("all images: " + expected_found(expected, seconds(union_ps_), "s"));
  }
  law.close(counted(images, "image"));
}

}  // namespace kasane::checks
