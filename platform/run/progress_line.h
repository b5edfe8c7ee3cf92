/// The live line at the bottom of the console, whatever it says.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace kasane {

/// Writes to standard error; a terminal sees one line redrawn at most ten times a second, a file or pipe sees
/// a line every ten seconds. `quiet` writes nothing.
class ProgressLine {
 public:
  explicit ProgressLine(bool quiet);

  /// Draws what `text` makes of the host seconds since the beginning, where it is time to.
  void update(const std::function<std::string(double host_seconds)>& text);
  /// Takes the line away, so that other output can be printed; it stays away until restore().
  void clear();
  /// Draws the line again as it was before clear().
  void restore();

 private:
  using Clock = std::chrono::steady_clock;
  void draw();

  bool quiet_;
  bool terminal_;
  bool shown_ = false;
  bool away_ = false;  ///< between clear() and restore()
  std::string text_;   ///< as last drawn
  Clock::time_point start_;
  Clock::time_point drawn_;
};

/// "[######..................]" for a share between 0 and 1.
std::string progress_bar(double share);

/// "12:05", minutes and seconds.
std::string clock_text(double seconds);

}  // namespace kasane
