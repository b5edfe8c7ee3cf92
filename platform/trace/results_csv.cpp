#include "platform/trace/results_csv.h"

#include <string>

#include "platform/trace/number_text.h"
#include "platform/trace/q24.h"

namespace kasane {
namespace {

/// Of an image's way through a network with several exits; the first one is exit 1.
void append_exit(std::string& line, const ImageRow& row) {
  line += ',' + std::to_string(row.exit + 1) + ',';
  for (std::size_t exit = 0; exit < row.entropies_q24.size(); ++exit) {
    if (exit > 0) line += ' ';
    append_number(line, from_q24(row.entropies_q24[exit]));
  }
}

}  // namespace

ResultsCsv::ResultsCsv(const std::filesystem::path& path, bool has_exits)
    : file_(path), has_exits_(has_exits) {
  std::string header = "image,label,predicted,begin_seconds,seconds,joules,output_hex";
  if (has_exits) header += ",exit,entropies";
  file_.write(header + '\n');
}

void ResultsCsv::add(const ImageRow& row) {
  std::string line =
      std::to_string(row.index) + ',' + std::to_string(row.label) + ',' + std::to_string(row.predicted);
  for (const double value : {row.begin_seconds, row.seconds, row.joules}) {
    line += ',';
    append_number(line, value);
  }
  line += ',';
  constexpr char digits[] = "0123456789abcdef";
  for (const std::uint8_t byte : row.output) {
    line += digits[byte >> 4];
    line += digits[byte & 15];
  }
  if (has_exits_) append_exit(line, row);
  line += '\n';
  file_.write(line);
  file_.flush_if_due();
}

}  // namespace kasane
