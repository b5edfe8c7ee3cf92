/// Memory and speed of the recording: `trace_benchmark EVENTS` puts that many events through all writers, in
/// the mix of a chip at work, and prints what it took. The files themselves go nowhere.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/resource.h>

#include "platform/trace/traces.h"

namespace kasane {
namespace {

using sc_core::sc_time;

double peak_mebibytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

/// A folder whose trace files are all the null device.
RunPaths nowhere() {
  const RunPaths paths{std::filesystem::temp_directory_path() / "kasane_trace_benchmark"};
  std::filesystem::remove_all(paths.folder);
  std::filesystem::create_directories(paths.folder);
  for (const auto& file : {paths.power(), paths.timeline(), paths.perfetto(), paths.vcd()}) {
    std::filesystem::create_symlink("/dev/null", file);
  }
  return paths;
}

/// Sixteen blocks that all do the same: of ten events seven are accesses, two are levels, one is a slice.
class Chip {
 public:
  Chip() {
    for (int number = 0; number < 16; ++number) {
      const BlockId block = account.add_block("block" + std::to_string(number), 1);
      blocks_.push_back(block);
      reads_.push_back(account.add_operation(block, "read", Figure::exact(1e-12)));
      ports_.push_back(account.feed().add_port(block, "port"));
      levels_.push_back(account.feed().add_level(block, "busy", LevelKind::wire));
    }
  }

  void step(std::uint64_t number) {
    const std::size_t index = number % blocks_.size();
    const sc_time now = sc_core::sc_time_stamp();
    const Interval when{now, now + sc_time::from_value(20'000)};
    switch (number % 10) {
      case 0:
        return account.book_busy(blocks_[index], Track::commands, "work", 0, {now, now});
      case 1:
      case 2:
        return account.feed().set_level(levels_[index], number / 16 % 2);
      default: {
        const OperationCount reads{reads_[index], 1 + number % 7};
        return account.book_access(ports_[index], {&reads, 1}, {16, 0}, when, 0);
      }
    }
  }

  EnergyAccount account;
  BlockId cpu() const { return blocks_[0]; }

 private:
  std::vector<BlockId> blocks_;
  std::vector<OperationId> reads_;
  std::vector<PortId> ports_;
  std::vector<LevelId> levels_;
};

int run(std::uint64_t events) {
  Chip chip;
  Traces traces({.power_window = sc_time(2, sc_core::SC_US)}, nowhere(),
                {chip.account, {"layer"}, {}, chip.cpu()}, chip.account);
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t number = 0; number < events; ++number) {
    chip.step(number);
    if (number % 8 == 0) sc_core::sc_start(sc_time(10, sc_core::SC_NS));
    if (number % 100'000 == 0) traces.poll();
  }
  traces.finish();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("%llu events, %.1f s, %.1f million/s, peak memory %.0f MiB\n",
              static_cast<unsigned long long>(events), seconds, static_cast<double>(events) / seconds / 1e6,
              peak_mebibytes());
  return 0;
}

}  // namespace
}  // namespace kasane

int sc_main(int argc, char* argv[]) {
  const std::uint64_t events = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 0;
  if (events == 0) {
    std::fprintf(stderr, "usage: trace_benchmark EVENTS\n");
    return 2;
  }
  return kasane::run(events);
}
