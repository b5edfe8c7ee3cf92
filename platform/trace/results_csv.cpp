#include "platform/trace/results_csv.h"

#include <string>

#include "platform/trace/number_text.h"

namespace kasane {

ResultsCsv::ResultsCsv(const std::filesystem::path& path) : file_(path) {
  file_.write("image,label,predicted,begin_seconds,seconds,joules,output_hex\n");
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
  line += '\n';
  file_.write(line);
  file_.flush_if_due();
}

}  // namespace kasane
