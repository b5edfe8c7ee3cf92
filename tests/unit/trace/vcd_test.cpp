/// waves.vcd in detail: what stands where, and what outside programs make of it.
#include <algorithm>

#include "platform/trace/writers/gtkw_file.h"
#include "platform/trace/writers/vcd_writer.h"
#include "tests/unit/trace/tiny_chip.h"

namespace kasane {
namespace {

/// The part after the definitions.
std::string changes_of(const std::filesystem::path& path) {
  const std::string text = content_of(path);
  return text.substr(text.find("$end\n", text.find("$dumpvars")) + 5);
}

TEST(Vcd, PutsPowerAtItsWindowsBeginningAndChangesInOrderOfTime) {
  TinyChip chip;
  const std::filesystem::path path = trace_folder("vcd_order") / "waves.vcd";
  const TraceLayout layout = chip.layout();
  const VcdSignals signals(layout);
  const std::string power = signals.all[signals.power[1]].code;
  const std::string total = signals.all[signals.total].code;
  const std::string busy = signals.all[signals.levels[0]].code;
  const std::string depth = signals.all[signals.levels[1]].code;
  const std::string state = signals.all[signals.states[1]].code;
  VcdWriter writer(path, layout, 1000);
  const std::vector<double> rates{2e6};
  writer.level(chip.busy, 300, 1);
  writer.level(chip.depth, 300, 5);
  writer.activity(chip.engine, 1500, Activity::memory);  // two windows ahead of what is known
  writer.window({{0, 1000}, std::vector<double>{0, 0.5, 0}, rates});
  writer.window({{1000, 3000}, std::vector<double>{0, 0.5, 0}, rates});  // two at once
  writer.level(chip.busy, 3000, 0);
  writer.window({{3000, 3400}, std::vector<double>{0, 0.25, 0}, rates});
  writer.finish(3400);
  const std::string bandwidth = signals.all[signals.bandwidth[0]].code;
  EXPECT_EQ(changes_of(path), "r0.5 " + power + "\nr2e+06 " + bandwidth + "\nr0.5 " + total + "\n#300\n1" +
                                  busy + "\nb101 " + depth + "\n#1500\nsmemory " + state + "\n#3000\nr0.25 " +
                                  power + "\nr0.25 " + total + "\n#3000\n0" + busy + "\n#3400\nr0 " + power +
                                  "\nr0 " + bandwidth + "\nr0 " + total + "\n");
}

TEST(Vcd, HoldsMillionsOfChangesWithinOneWindowOnDisk) {
  TinyChip chip;
  const std::filesystem::path path = trace_folder("vcd_many") / "waves.vcd";
  VcdWriter writer(path, chip.layout(), 1'000'000'000'000);
  constexpr std::uint64_t changes = 1'000'000;  // more than is held in memory
  for (std::uint64_t at = 0; at < changes; ++at) writer.level(chip.busy, 1000 * at + 7, at % 2 == 0 ? 1 : 0);
  writer.window({{0, 1'000'000'000'000}, std::vector<double>{0, 0.5, 0}, std::vector<double>{0}});
  writer.finish(1'000'000'000'000);
  const std::string text = changes_of(path);
  EXPECT_EQ(std::count(text.begin(), text.end(), '#'), static_cast<std::ptrdiff_t>(changes) + 1);
  EXPECT_NE(text.find("#999999007\n0"), std::string::npos);
  EXPECT_LT(text.find("#499999007\n"), text.find("#500000007\n"));
}

TEST(Vcd, IsReadByVcd2fstAndComesBackTheSame) {
  if (!have("vcd2fst") || !have("fst2vcd")) GTEST_SKIP() << "vcd2fst and fst2vcd are not installed";
  TinyChip chip;
  const std::filesystem::path folder = trace_folder("vcd_fst");
  VcdWriter writer(folder / "waves.vcd", chip.layout(), 1000);
  writer.level(chip.busy, 300, 1);
  writer.activity(chip.engine, 400, Activity::compute);
  writer.window({{0, 1000}, std::vector<double>{0, 1.0 / 3, 0}, std::vector<double>{2e6}});
  writer.finish(1000);
  const std::string convert =
      "cd '" + folder.string() +
      "' && vcd2fst waves.vcd waves.fst >/dev/null 2>&1 && fst2vcd waves.fst > back.vcd 2>/dev/null";
  ASSERT_EQ(std::system(convert.c_str()), 0);
  const std::string back = content_of(folder / "back.vcd");
  for (const char* part : {"power_W", "queue_depth", "#300", "#400", "scompute", "r0.333333333333333"}) {
    EXPECT_NE(back.find(part), std::string::npos) << part;
  }
}

TEST(Gtkw, NamesOnlySignalsThatAreThere) {
  TinyChip chip;
  const std::filesystem::path path = trace_folder("gtkw") / "waves.gtkw";
  const TraceLayout layout = chip.layout();
  write_gtkw(path, "waves.vcd", layout, 950 * 4096 / 200);
  const std::string text = content_of(path);
  EXPECT_NE(text.find("[dumpfile] \"waves.vcd\"\n"), std::string::npos);
  EXPECT_NE(text.find("\n*-12 -1 "), std::string::npos) << "4096 ps in 200 pixels";
  const VcdSignals signals(layout);
  for (const VcdSignal& signal : signals.all) {
    const std::string name = "\nkasane." + (signal.scope.empty() ? "" : signal.scope + ".") + signal.name;
    EXPECT_NE(text.find(name), std::string::npos) << name;
  }
  EXPECT_NE(text.find("@88420\nkasane.engine.power_W\n"), std::string::npos) << "a curve";
}

}  // namespace
}  // namespace kasane
