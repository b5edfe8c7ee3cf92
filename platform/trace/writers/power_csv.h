/// power.csv: power per block over time, for spreadsheets, NumPy and the report.
#pragma once

#include <string>
#include <vector>

#include "platform/trace/output_file.h"
#include "platform/trace/recording/trace_sink.h"

namespace kasane {

/// Columns start_seconds, duration_seconds, then one `<block>_watts` a block. Windows of equal power that
/// follow each other are one row, so that idle time costs nothing; sum of watts x duration is the block's
/// energy.
class PowerCsv : public TraceSink {
 public:
  PowerCsv(const std::filesystem::path& path, const std::vector<std::string>& blocks);

  void window(const RateWindow& window) override;
  void tick() override { file_.flush_if_due(); }
  void finish(Picoseconds end) override;

 private:
  /// A column's value and its text, which most rows share with the one before.
  struct Cell {
    double watts = 0;
    std::string text = ",0";
  };
  void write_row();

  OutputFile file_;
  Span row_;
  std::vector<Cell> cells_;
  bool has_row_ = false;
  std::string line_;
};

}  // namespace kasane
