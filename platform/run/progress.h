/// What the live line of a run says: images done, simulated time, host speed, time left.
#pragma once

#include <cstdint>
#include <string>

#include <systemc>

namespace kasane {

struct RunProgress {
  std::uint64_t images_done = 0;
  std::uint64_t images_total = 0;
  sc_core::sc_time simulated;
  std::uint64_t instructions = 0;
};

std::string progress_text(const RunProgress& progress, double host_seconds);

}  // namespace kasane
