/// The 45 nm table against its published figures, and what a technology file must not get away with.
#include "models/technology/technology.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

namespace kasane {
namespace {

const std::filesystem::path tables = KASANE_SOURCE_DIR "/models/technology/tables";

Technology load(Corner corner = Corner::typical, SramFlavour flavour = SramFlavour::lstp) {
  return Technology::load({tables / "45nm.yaml", corner, flavour});
}

TEST(Technology, GivesPublishedFigures) {
  const Technology technology = load();
  EXPECT_DOUBLE_EQ(technology.joules("int8_multiply").value, 0.2e-12);  // Horowitz, ISSCC 2014
  EXPECT_DOUBLE_EQ(technology.joules("int32_add").value, 0.1e-12);
  EXPECT_DOUBLE_EQ(technology.area_mm2("register_bit"), 5.98e-6);  // Aladdin
}

/// The corner chooses the value; the bounds are the table's at every corner.
TEST(Technology, CornersAreTheBounds) {
  for (const auto& [corner, value] :
       {std::pair(Corner::low, 0.0857e-12), {Corner::typical, 0.1e-12}, {Corner::high, 0.21e-12}}) {
    const Figure add = load(corner).joules("int32_add");
    EXPECT_DOUBLE_EQ(add.value, value);
    EXPECT_DOUBLE_EQ(add.low, 0.0857e-12);
    EXPECT_DOUBLE_EQ(add.high, 0.21e-12);
  }
  EXPECT_DOUBLE_EQ(load(Corner::high).leakage_watts("risc_v_core").value, 2000e-6);
  EXPECT_DOUBLE_EQ(load(Corner::low).area_mm2("register_bit"), 5e-6);
}

TEST(SramTable, CornersAreTheFlavoursBounds) {
  for (const SramFlavour flavour : {SramFlavour::lstp, SramFlavour::lop, SramFlavour::hp}) {
    const SramFigures typical = load(Corner::typical, flavour).sram(8192, 64);
    const SramFigures low = load(Corner::low, flavour).sram(8192, 64);
    const SramFigures high = load(Corner::high, flavour).sram(8192, 64);
    for (const auto figure :
         {&SramFigures::read_joules, &SramFigures::write_joules, &SramFigures::leakage_watts}) {
      EXPECT_LT((typical.*figure).low, (typical.*figure).value);
      EXPECT_LT((typical.*figure).value, (typical.*figure).high);
      EXPECT_EQ((low.*figure).value, (typical.*figure).low);
      EXPECT_EQ((high.*figure).value, (typical.*figure).high);
    }
    EXPECT_EQ(low.area_mm2, high.area_mm2);
  }
}

/// What the bounds must hold: published figures that the table does not come from.
TEST(SramTable, BoundsHoldPublishedFigures) {
  for (const SramFlavour flavour : {SramFlavour::lstp, SramFlavour::lop, SramFlavour::hp}) {
    const Technology technology = load(Corner::typical, flavour);
    for (const auto& [bytes, joules] : {std::pair(8192, 10e-12), {32768, 20e-12}, {1048576, 100e-12}}) {
      const SramFigures macro = technology.sram(bytes, 64);  // Horowitz, ISSCC 2014: a 64-bit access
      EXPECT_LT(macro.read_joules.low, joules) << bytes;
      EXPECT_GT(macro.read_joules.high, joules) << bytes;
      EXPECT_GT(macro.write_joules.high, 2 * macro.read_joules.value) << bytes;  // TLM POWER3's rule
    }
  }
}

TEST(Technology, NeverGivesZeroForAnUnknownName) {
  const Technology technology = load();
  EXPECT_THROW(technology.joules("int9_multiply"), std::invalid_argument);
  EXPECT_THROW(technology.joules("risc_v_core"), std::invalid_argument);  // has area and leakage only
}

TEST(Technology, ScalesWithVoltageAsPublished) {
  const VoltageScaling scaling = load().scaling();
  EXPECT_NEAR(scaling.dynamic(0.9), 1.00, 1e-12);
  EXPECT_NEAR(scaling.dynamic(1.1), 1.44, 0.005);  // Stillmaker and Baas
  EXPECT_NEAR(scaling.dynamic(0.8), 0.82, 0.005);
  EXPECT_NEAR(scaling.dynamic(0.7), 0.67, 0.005);
  EXPECT_NEAR(scaling.leakage(0.9), 1.00, 1e-12);
  EXPECT_LT(scaling.leakage(0.7), scaling.leakage(0.8));
}

TEST(SramTable, IsExactAtTheTablesPoints) {
  const Technology technology = load();
  const SramFigures macro = technology.sram(32768, 64);
  EXPECT_NEAR(macro.read_joules.value, 17.042e-12, 1e-18);
  EXPECT_NEAR(macro.write_joules.value, 15.397e-12, 1e-18);
  EXPECT_NEAR(macro.leakage_watts.value, 0.0009e-3, 1e-12);
  EXPECT_NEAR(macro.area_mm2, 0.0949, 1e-9);
  EXPECT_NEAR(load(Corner::typical, SramFlavour::hp).sram(65536, 64).leakage_watts.value, 69.0543e-3, 1e-9);
}

TEST(SramTable, LiesBetweenItsNeighboursAndGrowsWithSize) {
  const Technology technology = load();
  const double between = technology.sram(16384, 64).read_joules.value;
  EXPECT_GT(between, technology.sram(8192, 64).read_joules.value);
  EXPECT_LT(between, technology.sram(32768, 64).read_joules.value);
  for (std::uint64_t bytes = 256; bytes <= (4u << 20); bytes *= 2) {
    EXPECT_GT(technology.sram(2 * bytes, 64).area_mm2, technology.sram(bytes, 64).area_mm2) << bytes;
    EXPECT_GT(technology.sram(bytes, 64).leakage_watts.value, 0) << bytes;
  }
}

/// The real table with one text replaced; expects one line that contains `expected`.
void expect_refused(const std::string& from, const std::string& to, const std::string& expected) {
  const std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / "technology";
  std::filesystem::create_directories(folder);
  std::filesystem::copy_file(tables / "cacti45.csv", folder / "cacti45.csv",
                             std::filesystem::copy_options::overwrite_existing);
  std::ifstream original(tables / "45nm.yaml");
  std::string text{std::istreambuf_iterator<char>(original), {}};
  const std::size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  std::ofstream(folder / "45nm.yaml") << text;
  try {
    Technology::load({folder / "45nm.yaml"});
    FAIL() << "accepted: " << to;
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find(expected), std::string::npos) << error.what();
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
  }
}

TEST(Technology, RefusesWrongTables) {
  expect_refused("energy_pj: [0.2, 0.15, 0.3]", "energy_pj: [0.2, 0.25, 0.3]", "low <= typical");
  expect_refused("energy_pj: [0.2, 0.15, 0.3]", "energy_pj: [0.2]", "three numbers");
  expect_refused("energy_pj: [0.2, 0.15, 0.3]", "energy_nj: [0.2, 0.15, 0.3]", "unknown key");
  expect_refused("energy_pj: [0.2, 0.15, 0.3]", "energy_pj: [0.009, 0.005, 0.3]",
                 "another kind of operation");
  expect_refused("kind: multiply, ", "", "kind: missing");
  expect_refused("name: int4_multiply", "name: int8_multiply", "given twice");
}

TEST(Technology, RefusesSramWithoutSourceOrBounds) {
  expect_refused("file: cacti45.csv", "file: nowhere.csv", "cannot read");
  expect_refused("  source: \"CACTI 7", "  origin: \"CACTI 7", "sram.source: missing");
  expect_refused("  temperature_celsius: 27", "", "sram.temperature_celsius: missing");
  expect_refused("lstp: {voltage: 1.1 V, ", "lstp: {", "sram.bounds.lstp.voltage: missing");
  expect_refused("leakage: [0.3, 10]", "", "sram.bounds.lstp.leakage: missing");
  expect_refused("    lop: {voltage: 0.7 V, read: [0.85, 3.2], write: [0.85, 3.3], leakage: [0.3, 5]}", "",
                 "sram.bounds.lop: missing");
  // Bounds of another flavour than the chosen one are read as strictly.
  expect_refused("read: [0.85, 3.2]", "read: [3.2, 0.85]", "low <= 1 <= high");
  expect_refused("read: [0.6, 1.7]", "read: [1.1, 1.7]", "low <= 1 <= high");
  expect_refused("read: [0.6, 1.7]", "read: [0, 1.7]", "low <= 1 <= high");
  expect_refused("read: [0.6, 1.7]", "read: [0.6]", "low <= 1 <= high");
  expect_refused("sram:\n  file: cacti45.csv", "sram:\n  table: cacti45.csv", "sram.file: missing");
}

}  // namespace
}  // namespace kasane
