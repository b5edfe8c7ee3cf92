#include "platform/trace/writers/power_csv.h"

#include <algorithm>

#include "platform/trace/number_text.h"

namespace kasane {

PowerCsv::PowerCsv(const std::filesystem::path& path, const std::vector<std::string>& blocks)
    : file_(path), cells_(blocks.size()) {
  line_ = "start_seconds,duration_seconds";
  for (const std::string& block : blocks) line_ += "," + block + "_watts";
  line_ += '\n';
  file_.write(line_);
}

void PowerCsv::window(const RateWindow& window) {
  const auto same = [](double watts, const Cell& cell) { return watts == cell.watts; };
  if (has_row_ && std::equal(window.watts.begin(), window.watts.end(), cells_.begin(), same)) {
    row_.end = window.when.end;
    return;
  }
  write_row();
  row_ = window.when;
  has_row_ = true;
  for (std::size_t block = 0; block < cells_.size(); ++block) {
    Cell& cell = cells_[block];
    if (cell.watts == window.watts[block]) continue;
    cell.watts = window.watts[block];
    cell.text = ',';
    append_number(cell.text, cell.watts);
  }
}

void PowerCsv::write_row() {
  if (!has_row_) return;
  line_.clear();
  append_seconds(line_, row_.begin);
  line_ += ',';
  append_seconds(line_, row_.length());
  for (const Cell& cell : cells_) line_ += cell.text;
  line_ += '\n';
  file_.write(line_);
}

void PowerCsv::finish(Picoseconds) {
  write_row();
  has_row_ = false;
  file_.close();
}

}  // namespace kasane
