/// power.csv: power per block over time, for spreadsheets, NumPy and the report.
#pragma once

#include <string>
#include <vector>

#include "platform/trace/output_file.h"
#include "platform/trace/power_sampler.h"

namespace kasane {

/// Columns start_seconds, duration_seconds, then one `<block>_watts` a block. Windows of equal power that
/// follow each other are one row, so that idle time costs nothing; sum of watts x duration is the block's
/// energy.
class PowerCsv : public PowerSink {
 public:
  PowerCsv(const std::filesystem::path& path, const std::vector<std::string>& blocks);

  void on_window(const Interval& window, std::span<const double> watts) override;
  void finish() override;

 private:
  void write_row();

  OutputFile file_;
  Interval row_;
  std::vector<double> watts_;
  std::string line_;
};

}  // namespace kasane
