/// trace.pftrace: a timeline for ui.perfetto.dev, written as the run goes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "models/common/activity_observer.h"
#include "platform/trace/output_file.h"
#include "platform/trace/power_sampler.h"

namespace kasane::perfetto {
class TracePacket;
}

namespace kasane {

/// Tracks: one group a block, holding its commands, its phases within them and its power; the layer that
/// software is in; total power. Time is in nanoseconds, Perfetto's unit; simulated picoseconds are cut off.
class PerfettoWriter : public ActivityObserver, public PowerSink {
 public:
  /// `layers` names the network's layers, by LayerId.
  PerfettoWriter(const std::filesystem::path& path, const std::vector<std::string>& blocks,
                 std::vector<std::string> layers);

  void on_energy(BlockId, const Interval&, double) override {}
  void on_background(BlockId, sc_core::sc_time, double, double) override {}
  void on_slice(BlockId block, Track track, std::string_view name, LayerId layer,
                const Interval& when) override;
  void on_layer(LayerId layer, sc_core::sc_time at) override;
  void on_power_state(BlockId, sc_core::sc_time, double, double, bool, bool) override {}

  void on_window(const Interval& window, std::span<const double> watts) override;
  void finish() override;

 private:
  std::string label(std::string_view name, LayerId layer) const;
  void describe(std::uint64_t uuid, const std::string& name, std::uint64_t parent, const char* unit);
  std::uint64_t intern(const std::string& name);
  void slice_begin(std::uint64_t track, const std::string& name, sc_core::sc_time at);
  void slice_end(std::uint64_t track, sc_core::sc_time at);
  void counter(std::uint64_t track, sc_core::sc_time at, double value);
  void put(const perfetto::TracePacket& packet);

  OutputFile file_;
  std::vector<std::string> layers_;
  std::map<std::string, std::uint64_t, std::less<>> names_;
  std::vector<double> last_watts_;  ///< the last entry is the total
  bool layer_open_ = false;
  std::string buffer_;
};

}  // namespace kasane
