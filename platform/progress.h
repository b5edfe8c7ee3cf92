/// The live line at the bottom of a run: images done, simulated time, host speed, time left.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include <systemc>

namespace kasane {

/// Writes to standard error; a terminal sees one line redrawn at most ten times a second, a file or pipe sees
/// a line every ten seconds. `quiet` writes nothing.
class Progress {
 public:
  explicit Progress(bool quiet);

  /// What the line shows from now on; draws it where it is time to.
  void update(std::uint64_t images_done, std::uint64_t images_total, sc_core::sc_time simulated,
              std::uint64_t instructions);
  /// Takes the line away, so that other output can be printed.
  void clear();
  /// Draws the line again as it was before clear().
  void restore();

 private:
  using Clock = std::chrono::steady_clock;
  std::string line(double host_seconds) const;

  bool quiet_;
  bool terminal_;
  bool shown_ = false;
  std::string text_;  ///< of the line as last drawn
  Clock::time_point start_;
  Clock::time_point drawn_;
  std::uint64_t done_ = 0;
  std::uint64_t total_ = 0;
  std::uint64_t instructions_ = 0;
  sc_core::sc_time simulated_;
};

}  // namespace kasane
