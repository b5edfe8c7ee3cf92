/// timeline.csv: what was busy with what, for the report and for NumPy.
#pragma once

#include <map>
#include <string>

#include "platform/trace/output_file.h"
#include "platform/trace/recording/trace_layout.h"
#include "platform/trace/recording/trace_sink.h"

namespace kasane {

/// Columns begin_seconds, duration_seconds, block, track, name, layer. A row is written when it is known:
/// those of a track are in order of their end, those of others may lie between them.
class TimelineCsv : public TraceSink {
 public:
  /// Layout and tracks outlive the writer.
  TimelineCsv(const std::filesystem::path& path, const TraceLayout& layout, const TrackTable& tracks);

  void slice(const Slice& slice) override;
  void tick() override { file_.flush_if_due(); }
  void finish(Picoseconds) override { file_.close(); }

 private:
  OutputFile file_;
  const TraceLayout& layout_;
  const TrackTable& tracks_;
  std::string line_;
};

}  // namespace kasane
