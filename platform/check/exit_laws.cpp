#include "platform/check/exit_laws.h"

#include <boost/json/array.hpp>
#include <cmath>
#include <sstream>

#include "platform/check/exact_sum.h"

namespace kasane::checks {
namespace {

using boost::json::object;

constexpr const char* file_name = "summary.json";
constexpr const char* rows_name = "results.csv";

/// Nats as firmware compares them, with 24 fractional bits.
std::uint32_t q24(double nats) {
  return static_cast<std::uint32_t>(std::llround(std::ldexp(nats, 24)));
}

std::string exit_text(std::size_t index) {
  return "exit " + std::to_string(index + 1);
}

/// The exits of a summary in their order; none of a network with one.
std::vector<const object*> exits_of(const Ledger& ledger) {
  std::vector<const object*> exits;
  if (!ledger.document.contains("exits")) return exits;
  for (const boost::json::value& value : list_of(ledger.document, "exits", file_name)) {
    exits.push_back(&as_object(value, "summary.json: exits"));
  }
  return exits;
}

void check_sums(const Ledger& ledger, const std::vector<const object*>& exits, Findings& findings) {
  Law law(findings, file_name, "images and correct of the exits add up to the run's");
  for (const char* key : {"images", "correct"}) {
    double sum = 0;
    for (std::size_t index = 0; index < exits.size(); ++index) {
      sum += number_of(*exits[index], key, exit_text(index));
    }
    const double expected = number_of(ledger.document, key, file_name);
    if (sum != expected) {
      law.violated(std::string(key) + ": expected " + text(expected) + ", found " + text(sum));
    }
  }
  law.close(counted(exits.size(), "exit"));
}

/// Every image works through all segments up to its exit.
void check_macs(const Ledger& ledger, const std::vector<const object*>& exits, Findings& findings) {
  Law law(findings, file_name, "operations of layers = those of segments that images went through");
  double expected = 0;
  double left = 0;
  for (std::size_t index = exits.size(); index-- > 0;) {
    left += number_of(*exits[index], "images", exit_text(index));
    expected += left * number_of(*exits[index], "macs", exit_text(index));
  }
  double found = 0;
  const boost::json::array& layers = list_of(ledger.document, "layers", file_name);
  for (const boost::json::value& layer : layers) {
    found += number_of(as_object(layer, "summary.json: layers"), "macs", "summary.json: layers");
  }
  if (found != expected) law.violated(expected_found(expected, found, "MAC"));
  law.close(counted(exits.size(), "exit") + ", " + counted(layers.size(), "layer"));
}

}  // namespace

void check_exits(const Ledger& ledger, Findings& findings) {
  const std::vector<const object*> exits = exits_of(ledger);
  if (exits.empty()) return;
  check_sums(ledger, exits, findings);
  check_macs(ledger, exits, findings);
}

ExitLaws::ExitLaws(Findings& findings, const CsvReader& csv, const Ledger* ledger)
    : findings_(findings),
      csv_(csv),
      ledger_(ledger),
      label_(csv.column("label")),
      predicted_(csv.column("predicted")),
      exit_(csv.column("exit")),
      entropies_(csv.column("entropies")),
      decisions_(findings, rows_name, "images leave at the first exit whose entropy is below its threshold") {
  if (ledger == nullptr) return;
  for (const object* exit : exits_of(*ledger)) {
    if (!exit->contains("threshold_nats")) break;
    thresholds_q24_.push_back(q24(number_of(*exit, "threshold_nats", "summary.json: exits")));
  }
}

void ExitLaws::see_row() {
  const double exit = csv_.number(exit_);
  if (!(exit >= 1 && exit == std::floor(exit) && exit <= 1e6)) {
    throw Malformed(line_text(csv_.line()) + ": expected an exit from 1, found " + csv_.field(exit_));
  }
  const auto number = static_cast<std::size_t>(exit);
  if (exits_.size() < number) exits_.resize(number);
  ++exits_[number - 1].images;
  if (csv_.field(label_) == csv_.field(predicted_)) ++exits_[number - 1].correct;

  std::vector<std::uint32_t> entropies;
  std::istringstream words(csv_.field(entropies_));
  for (std::string word; words >> word;) {
    std::size_t used = 0;
    double nats = NAN;
    try {
      nats = std::stod(word, &used);
    } catch (const std::exception&) {
      used = 0;
    }
    if (used != word.size() || !(nats >= 0 && nats < 256)) {
      throw Malformed(line_text(csv_.line()) + ": expected entropies in nats, found " + word);
    }
    entropies.push_back(q24(nats));
  }
  check_decisions(number, entropies);
}

/// The last exit need not compute an entropy.
void ExitLaws::check_decisions(std::uint64_t exit, const std::vector<std::uint32_t>& entropies_q24) {
  const std::string where = line_text(csv_.line()) + ": ";
  if (entropies_q24.size() + 1 < exit || entropies_q24.size() > exit) {
    return decisions_.violated(where + "left by exit " + std::to_string(exit) + " with " +
                               std::to_string(entropies_q24.size()) + " entropies");
  }
  for (std::size_t index = 0; index < thresholds_q24_.size() && index < exit; ++index) {
    if (index >= entropies_q24.size()) {
      decisions_.violated(where + "no entropy at " + exit_text(index));
      continue;
    }
    const bool leaves = entropies_q24[index] < thresholds_q24_[index];
    if (leaves == (index + 1 == exit)) continue;
    decisions_.violated(where + "entropy at " + exit_text(index) + " is " + (leaves ? "" : "not ") +
                        "below its threshold, but the image left by exit " + std::to_string(exit));
  }
}

void ExitLaws::close() {
  decisions_.close(counted(csv_.rows(), "image"));
  if (ledger_ != nullptr) compare_counts();
}

void ExitLaws::compare_counts() {
  Law law(findings_, rows_name, "images and correct of each exit = summary.json");
  const std::vector<const object*> exits = exits_of(*ledger_);
  exits_.resize(std::max(exits_.size(), exits.size()));
  for (std::size_t index = 0; index < exits_.size(); ++index) {
    if (index >= exits.size()) {
      law.violated(exit_text(index) + ": not in summary.json");
      continue;
    }
    const double images = number_of(*exits[index], "images", exit_text(index));
    const double correct = number_of(*exits[index], "correct", exit_text(index));
    if (images != static_cast<double>(exits_[index].images)) {
      law.violated(exit_text(index) + ": expected " + text(images) + " images, found " +
                   grouped(exits_[index].images));
    }
    if (correct != static_cast<double>(exits_[index].correct)) {
      law.violated(exit_text(index) + ": expected " + text(correct) + " correct, found " +
                   grouped(exits_[index].correct));
    }
  }
  law.close(counted(exits_.size(), "exit"));
}

}  // namespace kasane::checks
