/// regions.csv: every stay of firmware in one of its measurement regions.
#pragma once

#include <string>

#include "models/common/activity_observer.h"
#include "platform/trace/output_file.h"

namespace kasane {

/// Columns name, begin_seconds, seconds, energy_joules, average_watts.
class RegionsCsv {
 public:
  explicit RegionsCsv(const std::filesystem::path& path);
  void add(const std::string& name, const Interval& when, double joules);
  void finish() { file_.close(); }

 private:
  OutputFile file_;
};

}  // namespace kasane
