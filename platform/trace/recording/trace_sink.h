/// What a recorded run consists of, and whoever takes it in: writers of files, and meters.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "models/common/activity_observer.h"
#include "models/common/ids.h"

namespace kasane {

using Picoseconds = std::uint64_t;

/// A half-open stretch of simulated time, [begin, end).
struct Span {
  Picoseconds begin = 0;
  Picoseconds end = 0;
  Picoseconds length() const { return end - begin; }
  /// The nearest double.
  double seconds() const { return static_cast<double>(length()) / 1e12; }
};

/// What was busy with what; slices of one track nest or follow each other.
struct Slice {
  std::size_t track = 0;  ///< in the TrackTable
  std::string_view name;
  LayerId layer = no_layer;
  Span when;
  std::uint64_t flow = 0;  ///< slices of the same number, in order of time, are cause and effect; 0: none
  bool flow_ends = false;  ///< the last of them
};

/// Average rates over a window. Windows follow each other without gaps; several of equal rates may come as
/// one.
struct RateWindow {
  Span when;
  std::span<const double> watts;             ///< by BlockId
  std::span<const double> bytes_per_second;  ///< by PortId
};

/// A power domain's state from a moment on.
struct DomainState {
  double volts = 0;  ///< 0 while the supply is cut
  double hertz = 0;  ///< 0 while the clock stands still
  std::string text;  ///< see text_of(PowerState)
};

/// Everything comes in the order in which it became known. Levels, activities and states come in order of
/// time, and after the last window that ends at or before them.
class TraceSink {
 public:
  virtual ~TraceSink() = default;
  virtual void slice(const Slice&) {}
  virtual void window(const RateWindow&) {}
  virtual void level(LevelId, Picoseconds /*at*/, std::uint64_t /*value*/) {}
  virtual void activity(BlockId, Picoseconds /*at*/, Activity) {}
  virtual void domain(PowerDomainId, Picoseconds /*at*/, const DomainState&) {}
  /// Host time passes: files are to be flushed where that is due.
  virtual void tick() {}
  /// The trace ends here; nothing else comes.
  virtual void finish(Picoseconds /*end*/) {}
};

}  // namespace kasane
