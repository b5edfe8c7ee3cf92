#include "platform/trace/power_csv.h"

#include <algorithm>

#include "models/common/seconds.h"
#include "platform/trace/number_text.h"

namespace kasane {

PowerCsv::PowerCsv(const std::filesystem::path& path, const std::vector<std::string>& blocks) : file_(path) {
  line_ = "start_seconds,duration_seconds";
  for (const std::string& block : blocks) line_ += "," + block + "_watts";
  line_ += '\n';
  file_.write(line_);
}

void PowerCsv::on_window(const Interval& window, std::span<const double> watts) {
  if (!watts_.empty() && std::equal(watts.begin(), watts.end(), watts_.begin())) {
    row_.end = window.end;
    return;
  }
  write_row();
  row_ = window;
  watts_.assign(watts.begin(), watts.end());
}

void PowerCsv::write_row() {
  if (watts_.empty()) return;
  line_.clear();
  append_number(line_, seconds_of(row_.begin));
  line_ += ',';
  append_number(line_, seconds_of(row_.length()));
  for (const double watts : watts_) {
    line_ += ',';
    append_number(line_, watts);
  }
  line_ += '\n';
  file_.write(line_);
  file_.flush_if_due();
}

void PowerCsv::finish() {
  write_row();
  watts_.clear();
  file_.close();
}

}  // namespace kasane
