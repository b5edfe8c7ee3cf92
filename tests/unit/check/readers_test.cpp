/// The readers of text, beyond one buffer's size; sums; numbers as text.
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

#include "platform/check/csv_reader.h"
#include "platform/check/exact_sum.h"
#include "platform/check/findings.h"
#include "platform/check/line_reader.h"

namespace kasane::checks {
namespace {

class TextFile : public testing::Test {
 protected:
  ~TextFile() override { std::filesystem::remove(path); }
  void write(const std::string& text) const { std::ofstream(path, std::ios::binary) << text; }
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("kasane-check-text-" + std::to_string(getpid()));
};

TEST_F(TextFile, GivesEveryLineOfABigFile) {
  std::string text;
  for (int n = 0; n < 300'000; ++n) text += std::to_string(n) + (n % 3 == 0 ? "\r\n" : "\n");
  text += std::string(3'000'000, 'x') + "\nrest";
  write(text);
  LineReader lines(path);
  for (int n = 0; n < 300'000; ++n) ASSERT_EQ(lines.next(), std::to_string(n));
  EXPECT_EQ(lines.next()->size(), 3'000'000U);
  EXPECT_EQ(lines.line(), 300'001U);
  EXPECT_FALSE(lines.ends_within_line());
  EXPECT_FALSE(lines.next());
  EXPECT_TRUE(lines.ends_within_line());
}

TEST_F(TextFile, GivesTimesToThePicosecond) {
  write("at\n0\n1e-12\n0.001823448\n3.999999999999\n86400.000000000001\n");
  CsvReader csv(path);
  for (const std::int64_t expected : {0L, 1L, 1'823'448'000L, 3'999'999'999'999L, 86'400'000'000'000'001L}) {
    ASSERT_TRUE(csv.next());
    // A double of a day holds 15 ps.
    EXPECT_NEAR(static_cast<double>(csv.picoseconds(0) - expected), 0,
                expected > 1'000'000'000'000'000 ? 8 : 0);
  }
  EXPECT_FALSE(csv.next());
}

TEST_F(TextFile, MayBeAbsent) {
  EXPECT_THROW(LineReader{path / "none"}, CannotRead);
}

TEST(ExactSum, KeepsWhatPlainSumsLose) {
  ExactSum sum;
  sum.add(1e16);
  for (int n = 0; n < 1000; ++n) sum.add(1);
  sum.add(-1e16);
  EXPECT_EQ(sum.value(), 1000);
}

TEST(Deviation, IsRelative) {
  EXPECT_EQ(deviation(0, 0), 0);
  EXPECT_EQ(deviation(0, 1e-30), 1);
  EXPECT_DOUBLE_EQ(deviation(2, 1), 0.5);
  EXPECT_FALSE(equal(1, INFINITY));
  EXPECT_FALSE(equal(INFINITY, INFINITY));
  EXPECT_FALSE(equal(NAN, 1));
}

TEST(Text, IsExact) {
  EXPECT_EQ(grouped(10'203), "10,203");
  EXPECT_EQ(grouped(1'000'000), "1,000,000");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(time_text(12'500), "12.500 ns");
  EXPECT_EQ(time_text(-7), "-0.007 ns");
  EXPECT_EQ(text(0.1), "0.1");
  EXPECT_EQ(counted(1, "row"), "1 row");
}

}  // namespace
}  // namespace kasane::checks
