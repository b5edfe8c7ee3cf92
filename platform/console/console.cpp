#include "platform/console/console.h"

#include <cstdio>

namespace kasane {

Console::Console(const std::filesystem::path& log, ProgressLine& progress, bool quiet)
    : log_(log), progress_(progress), quiet_(quiet) {}

void Console::put(char character) {
  if (character == '\r') return;  // terminals of old want CR LF, files and ours do not
  line_ += character;
  if (character == '\n') end_line();
}

void Console::show() {
  if (quiet_ || shown_ == line_.size()) return;
  if (shown_ == 0) progress_.clear();
  std::fwrite(line_.data() + shown_, 1, line_.size() - shown_, stdout);
  std::fflush(stdout);
  shown_ = line_.size();
}

void Console::end_line() {
  log_.write(line_);
  log_.flush_if_due();
  show();
  progress_.restore();
  line_.clear();
  shown_ = 0;
}

void Console::finish() {
  if (!line_.empty()) end_line();
  log_.close();
}

}  // namespace kasane
