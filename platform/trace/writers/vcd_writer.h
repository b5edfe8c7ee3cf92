/// waves.vcd: power, bandwidth and states as waveforms, written as the run goes.
#pragma once

#include <cstdio>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/trace/output_file.h"
#include "platform/trace/recording/trace_sink.h"
#include "platform/trace/writers/vcd_signals.h"

namespace kasane {

/// A window's power is known when it has passed, but stands at its beginning: changes within the window wait
/// for it, in memory as long as they are few, in a temporary file beyond that.
class VcdWriter : public TraceSink {
 public:
  /// `window` is the sampling interval.
  VcdWriter(const std::filesystem::path& path, const TraceLayout& layout, Picoseconds window);

  void window(const RateWindow& window) override;
  void level(LevelId level, Picoseconds at, std::uint64_t value) override;
  void activity(BlockId block, Picoseconds at, Activity activity) override;
  void domain(PowerDomainId domain, Picoseconds at, const DomainState& state) override;
  void tick() override { file_.flush_if_due(); }
  void finish(Picoseconds end) override;

 private:
  struct Change {
    Picoseconds at;
    std::string line;
  };
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  void write_header();
  /// "#time", unless the file is there already.
  void write_time(Picoseconds at);
  void set_real(std::size_t signal, Picoseconds at, double value);
  void change(Picoseconds at, std::string line);
  void hold(const Change& change);
  void hold_up_to(Picoseconds end);
  void spill();
  void write_held();

  OutputFile file_;
  const VcdSignals signals_;
  const std::vector<WorkerEntry> workers_;
  std::vector<std::size_t> worker_of_;  ///< by block
  const Picoseconds window_;
  Picoseconds open_end_;       ///< of the window whose power is not known yet
  std::deque<Change> later_;   ///< behind it
  std::string held_;           ///< within it, as text
  std::size_t spilled_ = 0;    ///< bytes of it in spill_
  Picoseconds held_time_ = 0;  ///< the last "#time" of it
  std::unique_ptr<std::FILE, Closer> spill_;
  Picoseconds time_ = 0;  ///< the last "#time" in the file
  std::vector<double> reals_;
  std::string line_;
};

}  // namespace kasane
