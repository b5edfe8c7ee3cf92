#include "platform/trace/regions_csv.h"

#include "models/common/seconds.h"
#include "platform/trace/number_text.h"

namespace kasane {

RegionsCsv::RegionsCsv(const std::filesystem::path& path) : file_(path) {
  file_.write("name,begin_seconds,seconds,energy_joules,average_watts\n");
}

void RegionsCsv::add(const std::string& name, const Interval& when, double joules) {
  const double seconds = seconds_of(when.length());
  std::string line = csv_field(name);
  for (const double value : {seconds_of(when.begin), seconds, joules, seconds > 0 ? joules / seconds : 0}) {
    line += ',';
    append_number(line, value);
  }
  file_.write(line + '\n');
  file_.flush_if_due();
}

}  // namespace kasane
