/// The traces of one run: recording, player and the writers that were chosen.
#pragma once

#include <memory>
#include <vector>

#include "models/common/energy_account.h"
#include "platform/trace/recording/event_pipe.h"
#include "platform/trace/recording/name_table.h"
#include "platform/trace/recording/trace_layout.h"
#include "platform/trace/recording/trace_player.h"
#include "platform/trace/recording/trace_recorder.h"
#include "platform/trace/run_paths.h"
#include "platform/trace/trace_config.h"

namespace kasane {

class Traces {
 public:
  /// Opens the files and records the account's activity from now on, if any format asks for that. Throws
  /// OutputError. The account outlives the traces.
  Traces(const TraceConfig& config, const RunPaths& paths, TraceLayout layout, EnergyAccount& account);

  /// Throws OutputError where a file could not be written. Call now and then, so that time passes in the
  /// traces though nothing happens, and a full disk ends the run.
  void poll();

  /// An image was in flight over `when`; those of one slot do not overlap.
  void show_image(std::size_t slot, const std::string& name, const Interval& when);

  /// Everything up to now is in the files, and they are complete. Throws OutputError.
  void finish();

  /// After finish(); empty where nothing was recorded.
  std::vector<PowerPeak> peaks() const;

 private:
  void add_writers();
  /// Converts the waves where that is wished; returns the file that GTKWave is to open, empty for none.
  std::filesystem::path waves_at_end() const;
  void write_save_file(const std::filesystem::path& waves, Picoseconds shown) const;

  TraceConfig config_;
  RunPaths paths_;
  TraceLayout layout_;
  TrackTable tracks_;
  NameTable names_;
  std::vector<std::unique_ptr<TraceSink>> writers_;
  std::unique_ptr<TracePlayer> player_;
  std::unique_ptr<EventPipe> pipe_;
  std::unique_ptr<TraceRecorder> recorder_;
};

}  // namespace kasane
