// Integer constants and unit sets: values, fingerprint, files.
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numbers>

#include "kasane/kernel_comp_units.h"
#include "sw/compiler/graph.h"
#include "sw/compiler/kernel_clustering/representative.h"
#include "sw/compiler/kernel_clustering/unit_set.h"
#include "tests/unit/compiler/kernel_clustering/clustering_graphs.h"

namespace kasane::compiler::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Representative, KeepsIntegerKernelsWhoseLargestElementIsFull) {
  const std::vector<std::int8_t> wanted = {31, -8, 0, 4, 15, -31, 1, 2, 3};
  std::vector<float> direction;
  for (const std::int8_t constant : wanted) direction.push_back(static_cast<float>(constant) / 57.0F);
  EXPECT_EQ(quantise_direction(direction, 6), wanted);
}

TEST(Representative, TwoBitsAreTheBestOfTernary) {
  // Of {-1, 0, 1}: dropping elements below half of the others' mean is best; rounding to the largest, 0.9,
  // would drop the 0.44 too: |cosine| of (1,1,1): 2.23 / sqrt(3); of (1,1,0): 1.79 / sqrt(2), which is less.
  const std::vector<float> direction = {0.9F, -0.89F, 0.44F, 0.01F, 0, 0, 0, 0, 0};
  EXPECT_THAT(quantise_direction(direction, 2), ElementsAre(1, -1, 1, 0, 0, 0, 0, 0, 0));
}

TEST(Representative, LargestMagnitudeIsExactlyTheRangeAndTheAngleNoWorseThanRounding) {
  for (const std::uint32_t kernel : {3U, 5U, 7U}) {
    for (const auto& direction : random_kernels(kernel, 50, kernel)) {
      for (std::uint32_t bits = 2; bits <= 8; ++bits) {
        const int full = (1 << (bits - 1)) - 1;
        const auto constants = quantise_direction(direction, bits);
        int largest = 0;
        float magnitude = 0;
        for (const std::int8_t constant : constants) largest = std::max(largest, std::abs(int{constant}));
        for (const float element : direction) magnitude = std::max(magnitude, std::fabs(element));
        EXPECT_EQ(largest, full);
        std::vector<float> chosen(constants.begin(), constants.end()), rounded;
        for (const float element : direction)
          rounded.push_back(std::round(element / magnitude * static_cast<float>(full)));
        EXPECT_GE(cosine(chosen, direction.data()), cosine(rounded, direction.data()) - 1e-9);
      }
    }
  }
}

UnitSet two_units() {
  return {{{3, {1, -2, 3, 0, 127, -128, 7, 8, 9}, 0.1F},
           {5, std::vector<std::int8_t>(25, -3), std::numbers::pi_v<float>}}};
}

TEST(UnitSet, ScaleMakesAUnitVector) {
  EXPECT_DOUBLE_EQ(two_units().units[1].scale(), 1 / 15.0);
}

TEST(UnitSet, DesignCrcIsThatOfTheContract) {
  EXPECT_EQ(design_crc({}), 0U);
  // Independent: bit by bit, reflected polynomial 0xEDB88320.
  std::vector<std::uint8_t> bytes;
  for (const Unit& unit : two_units().units) {
    bytes.push_back(static_cast<std::uint8_t>(unit.size));
    for (const std::int8_t constant : unit.constants) bytes.push_back(static_cast<std::uint8_t>(constant));
  }
  std::uint32_t crc = 0xFFFFFFFF;
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320U : 0U);
  }
  EXPECT_EQ(design_crc(two_units()), ~crc);
  UnitSet swapped = two_units();
  std::swap(swapped.units[0], swapped.units[1]);
  EXPECT_NE(design_crc(swapped), ~crc);
  UnitSet louder = two_units();
  louder.units[0].amplitude *= 2;
  EXPECT_EQ(design_crc(louder), ~crc) << "amplitudes are no part of the hardware";
}

std::filesystem::path temporary(const std::string& name) {
  return std::filesystem::path(::testing::TempDir()) / ("kasane_units_" + name + ".yaml");
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(UnitFile, GivesTheSameSetBack) {
  const auto file = temporary("round_trip"), again = temporary("round_trip_again");
  for (const UnitSet& set : {two_units(), UnitSet{}}) {
    save_units(set, file);
    EXPECT_EQ(load_units(file), set);
    save_units(load_units(file), again);
    EXPECT_EQ(text_of(file), text_of(again));
  }
}

TEST(UnitFile, CannotBeWrittenNowhere) {
  EXPECT_THROW(save_units(two_units(), temporary("absent") / "units.yaml"), std::runtime_error);
}

/// The one line with which a file of this text is refused, without the file's name.
std::string refusal(const std::string& text) {
  const auto file = temporary("refused");
  std::ofstream(file, std::ios::binary) << text;
  try {
    load_units(file);
  } catch (const CompileError& error) {
    EXPECT_THAT(error.what(), StartsWith(file.string() + ":"));
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    return std::string(error.what()).substr(file.string().size());
  }
  return "accepted";
}

std::string unit_text(const std::string& amplitude, const std::string& constants) {
  return "units:\n  - amplitude: " + amplitude + "\n    constants: " + constants + "\n";
}

TEST(UnitFile, MistakesAreRefusedInOneLineWithTheirPlace) {
  const std::string good = "[[1, 2, 3], [4, 5, 6], [7, 8, 9]]";
  EXPECT_EQ(refusal(unit_text("1.5", good)), "accepted");
  EXPECT_THAT(refusal(""), HasSubstr("expected a mapping"));
  EXPECT_THAT(refusal("units: [1"), HasSubstr("not valid YAML"));
  EXPECT_THAT(refusal("units: 3\n"), AllOf(StartsWith(":1:8: "), HasSubstr("expected a list")));
  EXPECT_THAT(refusal("units: []\nmore: 1\n"), AllOf(StartsWith(":2:1: "), HasSubstr("unknown key")));
  EXPECT_THAT(refusal("units: []\nunits: []\n"), AllOf(StartsWith(":2:1: "), HasSubstr("twice")));
  EXPECT_THAT(refusal("units:\n  - amplitude: 1\n"), AllOf(StartsWith(":2:5: "), HasSubstr("'constants'")));
  EXPECT_THAT(refusal("units:\n  - 7\n"), HasSubstr("expected a mapping"));
  EXPECT_THAT(refusal(unit_text("-1", good)), AllOf(StartsWith(":2:16: "), HasSubstr("at least 0")));
  EXPECT_THAT(refusal(unit_text("inf", good)), HasSubstr("at least 0"));
  EXPECT_THAT(refusal(unit_text("nan", good)), HasSubstr("at least 0"));
  EXPECT_THAT(refusal(unit_text("[1]", good)), HasSubstr("amplitude"));
  EXPECT_THAT(refusal(unit_text("1", "[[1, 2], [3, 4]]")), HasSubstr("3, 5 or 7 rows"));
  EXPECT_THAT(refusal(unit_text("1", "9")), HasSubstr("3, 5 or 7 rows"));
  EXPECT_THAT(refusal(unit_text("1", "[[1, 2, 3], [4, 5, 6], [7, 8]]")), HasSubstr("row of 3"));
  EXPECT_THAT(refusal(unit_text("1", "[[1, 2, 3], [4, 5, 6], 7]")), HasSubstr("row of 3"));
  EXPECT_THAT(refusal(unit_text("1", "[[1, 2, 3], [4, 128, 6], [7, 8, 9]]")), HasSubstr("got '128'"));
  EXPECT_THAT(refusal(unit_text("1", "[[1, 2, 3], [4, 5, 6], [7, -129, 9]]")), HasSubstr("got '-129'"));
  EXPECT_THAT(refusal(unit_text("1", "[[1, 2, 3], [4, 0.5, 6], [7, 8, 9]]")), HasSubstr("got '0.5'"));
  EXPECT_THAT(refusal(unit_text("1", "[[0, 0, 0], [0, 0, 0], [0, 0, 0]]")), HasSubstr("all are 0"));
}

TEST(UnitFile, HoldsAtMostAsManyUnitsAsAChip) {
  const UnitSet full{std::vector<Unit>(KASANE_KCU_MAX_UNITS, two_units().units[0])};
  const auto file = temporary("full");
  save_units(full, file);
  EXPECT_EQ(load_units(file), full);
  UnitSet more = full;
  more.units.push_back(full.units[0]);
  save_units(more, file);
  EXPECT_THAT(refusal(text_of(file)), HasSubstr("found 257 units"));
}

TEST(UnitFile, AbsentAndHugeFilesAreRefused) {
  EXPECT_THROW(load_units(temporary("no_such")), CompileError);
  EXPECT_THAT(refusal(std::string(2 << 20, ' ')), HasSubstr("expected at most"));
}

}  // namespace
}  // namespace kasane::compiler::test
