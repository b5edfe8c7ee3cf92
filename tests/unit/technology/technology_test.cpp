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
  EXPECT_DOUBLE_EQ(technology.joules("int8_multiply"), 0.2e-12);  // Horowitz, ISSCC 2014
  EXPECT_DOUBLE_EQ(technology.joules("int32_add"), 0.1e-12);
  EXPECT_DOUBLE_EQ(technology.area_mm2("register_bit"), 5.98e-6);  // Aladdin
  EXPECT_LT(load(Corner::low).joules("int8_multiply"), technology.joules("int8_multiply"));
  EXPECT_GT(load(Corner::high).joules("int8_multiply"), technology.joules("int8_multiply"));
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
  EXPECT_NEAR(macro.read_joules, 17.042e-12, 1e-18);
  EXPECT_NEAR(macro.write_joules, 15.397e-12, 1e-18);
  EXPECT_NEAR(macro.leakage_watts, 0.0009e-3, 1e-12);
  EXPECT_NEAR(macro.area_mm2, 0.0949, 1e-9);
  EXPECT_NEAR(load(Corner::typical, SramFlavour::hp).sram(65536, 64).leakage_watts, 69.0543e-3, 1e-9);
}

TEST(SramTable, LiesBetweenItsNeighboursAndGrowsWithSize) {
  const Technology technology = load();
  const double between = technology.sram(16384, 64).read_joules;
  EXPECT_GT(between, technology.sram(8192, 64).read_joules);
  EXPECT_LT(between, technology.sram(32768, 64).read_joules);
  for (std::uint64_t bytes = 256; bytes <= (4u << 20); bytes *= 2) {
    EXPECT_GT(technology.sram(2 * bytes, 64).area_mm2, technology.sram(bytes, 64).area_mm2) << bytes;
    EXPECT_GT(technology.sram(bytes, 64).leakage_watts, 0) << bytes;
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
  expect_refused("sram: cacti45.csv", "sram: nowhere.csv", "cannot read");
}

}  // namespace
}  // namespace kasane
