/// Each law of waves.vcd, broken; and what the format may look like.
#include "tests/unit/check/small_run.h"

namespace kasane::checks {
namespace {

constexpr const char* order_law = "waves.vcd: times in order";
constexpr const char* values_law = "waves.vcd: values fit their variables";
constexpr const char* bandwidth_law = "waves.vcd: bandwidths 0 at the end";
constexpr const char* power_law = "waves.vcd: power finite and not negative";
constexpr const char* ends_law = "waves.vcd: power from 0 on, in order of time, 0 at the end";
constexpr const char* total_law = "waves.vcd: total power = sum of blocks";
constexpr const char* energy_law = "waves.vcd: energy = ledger";
constexpr const char* form_law = "waves.vcd: can be read to its end";

class Vcd : public SmallRun {
 protected:
  void change(const std::string& from, const std::string& to) { SmallRun::change("waves.vcd", from, to); }
};

TEST_F(Vcd, GoesBackInTime) {
  change("0%\nb0 &\nsoff '\n", "#2500000\n0%\nb0 &\nsoff '\n");
  expect_broken({order_law});
}

TEST_F(Vcd, HasAChangeOfNoVariable) {
  change("r5e7 $", "r5e7 *");
  expect_broken({form_law});
}

TEST_F(Vcd, HasAnIdentifierTwice) {
  change("busy", "busy $end\n$var wire 1 % interrupt");
  expect_broken({form_law});
}

TEST_F(Vcd, HasATimeThatIsNone) {
  change("#3000000", "#3e6");
  expect_broken({form_law});
}

TEST_F(Vcd, HasAWordThatIsNoChange) {
  change("#3000000", "#3000000 now");
  expect_broken({form_law});
}

TEST_F(Vcd, HasAnUnknownWire) {
  change("1%", "x%");
  expect_broken({values_law});
}

TEST_F(Vcd, HasALevelThatIsNoNumber) {
  change("b1 &", "bz &");
  expect_broken({values_law});
}

TEST_F(Vcd, HasARealThatIsNone) {
  change("r5e7 $", "r5e7x $");
  expect_broken({values_law});
}

TEST_F(Vcd, HasNegativeBandwidth) {
  change("r5e7 $", "r-5e7 $");
  expect_broken({values_law});
}

TEST_F(Vcd, HoldsBandwidthAtTheEnd) {
  change("r0 #\nr0 $\n0%\nb0 &\nsoff", "r0 #\nr1 $\n0%\nb0 &\nsoff");
  expect_broken({bandwidth_law});
}

TEST_F(Vcd, HasNegativePower) {
  change("#2000000\nr2 !\nr1 \"\nr1 #", "#2000000\nr2 !\nr2.5 \"\nr-0.5 #");
  expect_broken({power_law, energy_law});
}

TEST_F(Vcd, HasInfinitePower) {
  change("r2 #", "rinf #");
  expect_broken({power_law, total_law, energy_law});
}

TEST_F(Vcd, HasAWrongTotal) {
  change("r2 !", "r2.1 !");
  expect_broken({total_law});
}

TEST_F(Vcd, IsNotTheLedger) {
  change("r2.5 !\nr2 #", "r2.50000001 !\nr2.00000001 #");
  expect_broken({energy_law});
}

TEST_F(Vcd, LacksABlock) {
  change("$var real 64 # power_W", "$var real 64 # load");
  expect_broken({total_law, energy_law});
}

TEST_F(Vcd, HoldsPowerAtTheEnd) {
  change("#4000000\nr0 !\nr0 \"", "#4000000\nr0 !\nr0.1 \"");
  expect_broken({ends_law});
}

TEST_F(Vcd, BeginsLate) {
  change("r0 #\nr0 $\n0%\nb0 &\ns0.9", "r0 $\n0%\nb0 &\ns0.9");
  expect_broken({ends_law});
}

TEST_F(Vcd, HasAnotherTimescale) {
  change("1 ps", "1 ns");
  expect_broken({form_law});
}

TEST_F(Vcd, IsCutOff) {
  cut("waves.vcd", 3);
  expect_broken({form_law, ends_law, energy_law});
}

TEST_F(Vcd, MayHaveCommentsAndSeveralWordsALine) {
  change("#2000000\nr2 !\n", "$comment\nr9 !\n$end\n#2000000 r2 !\t");
  change("$dumpvars\n", "$dumpvars ");
  expect_all_hold();
}

}  // namespace
}  // namespace kasane::checks
