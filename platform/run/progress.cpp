#include "platform/run/progress.h"

#include <algorithm>

#include "models/common/seconds.h"
#include "platform/run/progress_line.h"
#include "platform/trace/run_table.h"

namespace kasane {

std::string progress_text(const RunProgress& progress, double host_seconds) {
  const auto done = static_cast<double>(progress.images_done);
  const auto total = static_cast<double>(progress.images_total);
  const double share = total > 0 ? std::min(1.0, done / total) : 0;
  std::string text;
  if (progress.images_total > 0) {
    text = progress_bar(share) + " " + std::to_string(progress.images_done) + "/" +
           std::to_string(progress.images_total) + " images  ";
  }
  text += with_unit(seconds_of(progress.simulated), "s") + " simulated";
  if (host_seconds > 0)
    text += "  " + with_unit(static_cast<double>(progress.instructions) / host_seconds, "instr/s");
  if (done > 0 && done < total) text += "  " + clock_text(host_seconds * (1 - share) / share) + " left";
  return text;
}

}  // namespace kasane
