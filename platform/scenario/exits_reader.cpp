#include "platform/scenario/exits_reader.h"

#include <array>
#include <charconv>
#include <optional>
#include <string_view>

#include "kasane/boot_info.h"
#include "kasane/package.h"

namespace kasane {
namespace {

using compiler::Placement;

constexpr double highest_threshold = 200;  ///< nats: as Q24 in 32 bits, and beyond any entropy

struct NamedPlacement {
  std::string_view name;
  Placement placement;
};
constexpr std::array<NamedPlacement, 5> placements{{{"cpu", Placement::cpu},
                                                    {"ncu", Placement::ncu},
                                                    {"kcu", Placement::kcu},
                                                    {"cartesian", Placement::cartesian},
                                                    {"hiddenite", Placement::hiddenite}}};

bool has_engine(const ChipConfig& chip, Placement placement) {
  switch (placement) {
    case Placement::cpu:
    case Placement::ncu:
      return true;
    case Placement::kcu:
      return chip.kernel_comp_units.present();
    case Placement::cartesian:
      return chip.cartesian_array.has_value();
    case Placement::hiddenite:
      return chip.hiddenite.has_value();
  }
  return false;
}

Placement placement_of(const Section& section, const std::string& word) {
  for (const NamedPlacement& known : placements) {
    if (known.name == word) return known.placement;
  }
  section.fail("segments", "expected each of cpu, ncu, kcu, cartesian, hiddenite, got '" + word + "'");
}

std::optional<double> number_in(const std::string& text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end) return std::nullopt;
  return value;
}

/// A single number stands for a list of one, so that it can be the axis of a sweep.
std::vector<double> read_thresholds(Section& section) {
  std::vector<std::string> words;
  section.one_or_more("thresholds", words);
  if (words.size() > KASANE_BOOT_THRESHOLDS) {
    section.fail("thresholds", "expected at most " + std::to_string(KASANE_BOOT_THRESHOLDS) + ", got " +
                                   std::to_string(words.size()));
  }
  std::vector<double> thresholds;
  for (const std::string& word : words) {
    const std::optional<double> nats = number_in(word);
    if (!nats || !(*nats >= 0 && *nats <= highest_threshold)) {
      section.fail("thresholds", "expected numbers of nats in 0 ... 200, got '" + word + "'");
    }
    thresholds.push_back(*nats);
  }
  return thresholds;
}

}  // namespace

ExitsConfig read_exits(Section section, const ChipConfig& chip) {
  ExitsConfig exits;
  std::vector<std::string> words;
  section.texts("segments", words);
  if (words.size() > KASANE_MAX_EXITS) {
    section.fail("segments", "expected at most " + std::to_string(KASANE_MAX_EXITS) + ", got " +
                                 std::to_string(words.size()));
  }
  for (const std::string& word : words) {
    exits.segments.push_back(placement_of(section, word));
    if (!has_engine(chip, exits.segments.back()))
      section.fail("segments", "the chip has no engine for '" + word + "'");
  }
  exits.thresholds = read_thresholds(section);
  section.boolean("overlap", exits.overlap);
  section.finish();
  return exits;
}

}  // namespace kasane
