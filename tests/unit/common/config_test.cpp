/// Strict configuration: every mistake is one line with its place.
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "models/common/config/quantity.h"
#include "models/common/config/section.h"

namespace kasane {
namespace {

TEST(Quantity, ReadsNumbersWithUnits) {
  EXPECT_EQ(parse_whole_quantity("500 MHz", Dimension::frequency), 500'000'000u);
  EXPECT_EQ(parse_whole_quantity("1.1GHz", Dimension::frequency), 1'100'000'000u);
  EXPECT_EQ(parse_whole_quantity("256 KiB", Dimension::bytes), 262'144u);
  EXPECT_EQ(parse_whole_quantity("10 us", Dimension::time), 10'000'000u);
  EXPECT_DOUBLE_EQ(parse_quantity("900 mV", Dimension::voltage), 0.9);
}

TEST(Quantity, RefusesWhatIsNoQuantity) {
  for (const char* text :
       {"", "500", "MHz", "500 MHz x", "500 mhz", "-1 MHz", "nan MHz", "1e30 GHz", "0.5 B"}) {
    const Dimension dimension = std::string(text) == "0.5 B" ? Dimension::bytes : Dimension::frequency;
    EXPECT_THROW(parse_whole_quantity(text, dimension), std::invalid_argument) << text;
  }
}

class ConfigFile : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& text) {
    const std::filesystem::path path = std::filesystem::path(::testing::TempDir()) / "config_test.yaml";
    std::ofstream(path) << text;
    return path;
  }

  /// Reads `clock` and `banks` from the section `memory`; returns the error's text without the file's folder.
  std::string error_of(const std::string& text, const std::vector<Override>& overrides = {}) {
    try {
      const Document document(write(text), overrides);
      Section root(document);
      Section memory = root.section("memory");
      std::uint64_t clock = 0;
      std::uint32_t banks = 0;
      memory.require("clock");
      memory.hertz("clock", clock);
      memory.integer("banks", banks, {1, 64});
      memory.finish();
      root.finish();
    } catch (const ConfigError& error) {
      const std::string line = error.what();
      const std::size_t name = line.find("config_test.yaml");
      return line.starts_with("--set") || name == std::string::npos ? line : line.substr(name);
    }
    return "";
  }
};

TEST_F(ConfigFile, AcceptsWhatIsRight) {
  EXPECT_EQ(error_of("memory:\n  clock: 1 GHz\n  banks: 4\n"), "");
}

TEST_F(ConfigFile, NamesThePlaceOfAMistake) {
  EXPECT_EQ(error_of("memory:\n  clock: 1 GHz\n  bank: 4\n"),
            "config_test.yaml:3:3: memory.bank: unknown key; known here: banks, clock");
  EXPECT_EQ(error_of("memory:\n  clock: 1 GHz\n  banks: 65\n"),
            "config_test.yaml:3:10: memory.banks: expected a whole number in 1 ... 64, got '65'");
  EXPECT_EQ(error_of("memory:\n  clock: fast\n"),
            "config_test.yaml:2:10: memory.clock: expected a frequency such as 500 MHz (Hz, kHz, MHz, GHz), "
            "got 'fast'");
  EXPECT_EQ(error_of("memory:\n  banks: 4\n"), "config_test.yaml:2:3: memory.clock: missing");
  EXPECT_EQ(error_of("memory:\n  clock: 1 GHz\n  clock: 2 GHz\n"),
            "config_test.yaml:3:3: key 'clock' is given twice");
  EXPECT_EQ(error_of("memory: [1]\n"), "config_test.yaml:1:9: memory: expected a mapping of keys to values");
  EXPECT_NE(error_of("memory: {\n").find("not valid YAML"), std::string::npos);
}

TEST_F(ConfigFile, AppliesOverridesAndSaysWhenTheyAreWrong) {
  const std::string text = "memory:\n  clock: 1 GHz\n";
  EXPECT_EQ(error_of(text, {{"memory.banks", "8"}}), "");
  EXPECT_EQ(error_of(text, {{"memory.banks", "many"}}),
            "--set memory.banks: expected a whole number in 1 ... 64, got 'many'");
  EXPECT_EQ(error_of(text, {{"memory.bank", "8"}}),
            "--set memory.bank: unknown key; known here: banks, clock");
  EXPECT_NE(error_of(text, {{"memry.banks", "8"}}).find("has no 'memry'"), std::string::npos);
}

}  // namespace
}  // namespace kasane
