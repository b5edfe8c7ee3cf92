/// A profile's numbers and its files. What speedscope asks of a file is written out here by hand, after its
/// published schema.
#include "platform/profile/profile.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace kasane::profile {
namespace {

namespace json = boost::json;

TEST(Rounded, AddsUpToTheRoundedSum) {
  EXPECT_EQ(rounded({0.4, 0.4, 0.4, 0.4}), (std::vector<std::uint64_t>{0, 1, 0, 1}));
  EXPECT_EQ(rounded({2.5, 0, 1.25, 1e6 + 0.25}), (std::vector<std::uint64_t>{3, 0, 1, 1000000}));
  std::vector<double> thirds(3000, 1.0 / 3);
  std::uint64_t sum = 0;
  for (const std::uint64_t value : rounded(thirds)) {
    EXPECT_LE(value, 1u);
    sum += value;
  }
  EXPECT_EQ(sum, 1000u);
}

TEST(QuantityOf, SortsAndJoinsEqualStacks) {
  const Quantity found =
      quantity("cycles", "", {{{"main", "g"}, 3}, {{"main"}, 0}, {{"main", "f"}, 1}, {{"main", "g"}, 4}});
  ASSERT_EQ(found.samples.size(), 2u);
  EXPECT_EQ(found.samples[0].stack, (Stack{"main", "f"}));
  EXPECT_EQ(found.samples[1].value, 7u);
  EXPECT_EQ(found.total(), 8u);
}

Profile small_profile() {
  return {
      .instructions = quantity("instructions", "", {{{"main"}, 10}, {{"main", "f"}, 20}}),
      .cycles = quantity("cycles", "", {{{"main"}, 15}, {{"main", "f"}, 25}, {{"main", "[asleep]"}, 100}}),
      .energy = quantity("energy", "picojoules",
                         {{{"main"}, 5},
                          {{"main", "[asleep]", "[leakage]"}, 50},
                          {{"main", "f"}, 7},
                          {{"main", "f", "[ncu]", "[wm]"}, 70}})};
}

TEST(FoldedStacks, OneLineAStack) {
  EXPECT_EQ(folded_stacks(small_profile().cycles), "main 15\nmain;[asleep] 100\nmain;f 25\n");
}

TEST(FoldedStacks, NamesCannotBreakALine) {
  const Quantity odd = quantity("cycles", "", {{{"a;b", "c\nd", "operator()(int, long)"}, 1}});
  EXPECT_EQ(folded_stacks(odd), "a:b;c:d;operator()(int, long) 1\n");
}

TEST(Functions, OwnWhatHardwareDoesForThem) {
  const std::vector<FunctionShare> functions = small_profile().functions();
  ASSERT_EQ(functions.size(), 2u);
  EXPECT_EQ(functions[0].name, "f");
  EXPECT_EQ(functions[0].picojoules, 77u);
  EXPECT_EQ(functions[0].instructions, 20u);
  EXPECT_EQ(functions[1].name, "main");
  EXPECT_EQ(functions[1].picojoules, 55u);
  EXPECT_EQ(functions[1].cycles, 15u);
  EXPECT_EQ(functions[1].asleep_cycles, 100u);
}

TEST(Speedscope, FollowsItsSchema) {
  const Profile profile = small_profile();
  const json::object file = json::parse(speedscope_json(profile, "a run")).as_object();
  EXPECT_EQ(file.at("$schema").as_string(), "https://www.speedscope.app/file-format-schema.json");
  const json::array& frames = file.at("shared").as_object().at("frames").as_array();
  for (const json::value& frame : frames) EXPECT_TRUE(frame.as_object().at("name").is_string());
  const json::array& profiles = file.at("profiles").as_array();
  ASSERT_EQ(profiles.size(), 3u);
  const auto active = file.at("activeProfileIndex").to_number<std::size_t>();
  EXPECT_LT(active, profiles.size());
  for (const json::value& value : profiles) {
    const json::object& one = value.as_object();
    EXPECT_EQ(one.at("type").as_string(), "sampled");
    EXPECT_FALSE(one.at("name").as_string().empty());
    EXPECT_EQ(one.at("unit").as_string(), "none");
    const json::array& samples = one.at("samples").as_array();
    const json::array& weights = one.at("weights").as_array();
    ASSERT_EQ(samples.size(), weights.size());
    std::uint64_t sum = 0;
    for (std::size_t index = 0; index < samples.size(); ++index) {
      for (const json::value& frame : samples[index].as_array()) {
        EXPECT_LT(frame.to_number<std::size_t>(), frames.size());
      }
      sum += weights[index].to_number<std::uint64_t>();
    }
    EXPECT_EQ(one.at("endValue").to_number<std::uint64_t>() - one.at("startValue").to_number<std::uint64_t>(),
              sum);
  }
}

TEST(Speedscope, SaysWhatTheFoldedStacksSay) {
  const Profile profile = small_profile();
  const json::object file = json::parse(speedscope_json(profile, "a run")).as_object();
  const json::array& frames = file.at("shared").as_object().at("frames").as_array();
  const json::object& energy = file.at("profiles").as_array().at(0).as_object();
  EXPECT_EQ(energy.at("name").as_string(), "energy (picojoules)");
  std::string folded;
  for (std::size_t index = 0; index < energy.at("samples").as_array().size(); ++index) {
    const char* separator = "";
    for (const json::value& frame : energy.at("samples").as_array()[index].as_array()) {
      folded +=
          separator + std::string(frames[frame.to_number<std::size_t>()].as_object().at("name").as_string());
      separator = ";";
    }
    folded += ' ' + std::to_string(energy.at("weights").as_array()[index].to_number<std::uint64_t>()) + '\n';
  }
  EXPECT_EQ(folded, folded_stacks(profile.energy));
}

}  // namespace
}  // namespace kasane::profile
