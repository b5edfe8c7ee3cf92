/// layers.csv: when software was in which layer, for the report's time axis.
#pragma once

#include <string>
#include <vector>

#include "models/common/activity_observer.h"
#include "platform/trace/output_file.h"

namespace kasane {

/// Columns start_seconds, duration_seconds, layer (the layer's name); one row for each stay in a layer, in
/// order of time. Time in no layer has no row.
class LayersCsv : public ActivityObserver {
 public:
  /// `layers` names the network's layers, by LayerId.
  LayersCsv(const std::filesystem::path& path, std::vector<std::string> layers);

  void on_energy(BlockId, const Interval&, double) override {}
  void on_background(BlockId, sc_core::sc_time, double, double) override {}
  void on_slice(BlockId, Track, std::string_view, LayerId, const Interval&) override {}
  void on_layer(LayerId layer, sc_core::sc_time at) override;
  void on_power_state(BlockId, sc_core::sc_time, double, double, bool, bool) override {}

  /// Ends the layer that software is in, now.
  void finish();

 private:
  void end_stay(sc_core::sc_time at);

  OutputFile file_;
  std::vector<std::string> layers_;
  LayerId layer_ = no_layer;
  sc_core::sc_time since_;
};

}  // namespace kasane
