/// A dialogue with software over the UART, fixed beforehand.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace kasane {

struct ConsoleStep {
  std::string expect;  ///< text that software prints; not empty
  std::string send;    ///< what is typed then; may be nothing
  bool end = false;    ///< the run ends then, as well as if software had ended it
};

/// Follows what the UART sends. Every step waits for its text in what came since the step before, at whatever
/// simulated time that is: the same run, the same dialogue.
class ConsoleScript {
 public:
  explicit ConsoleScript(std::vector<ConsoleStep> steps) : steps_(std::move(steps)) {}

  /// The UART sent a character; what is to be typed now, mostly nothing.
  std::string_view see(char character);

  bool finished() const { return next_ == steps_.size(); }
  /// The step just taken ends the run.
  bool ends() const { return next_ > 0 && steps_[next_ - 1].end; }
  /// The text that is waited for; only while not finished.
  const std::string& expected() const { return steps_[next_].expect; }

 private:
  std::vector<ConsoleStep> steps_;
  std::size_t next_ = 0;
  std::string tail_;  ///< the last characters since the step before, at most as many as are waited for
};

}  // namespace kasane
