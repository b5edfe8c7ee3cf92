#include "platform/console.h"

#include <cstdio>

namespace kasane {

Console::Console(const std::filesystem::path& log, ProgressLine& progress, bool quiet)
    : log_(log), progress_(progress), quiet_(quiet) {}

void Console::put(char character) {
  if (character == '\r') return;  // terminals of old want CR LF, files and ours do not
  line_ += character;
  if (character == '\n') flush_line();
}

void Console::flush_line() {
  log_.write(line_);
  log_.flush_if_due();
  if (!quiet_) {
    progress_.clear();
    std::fwrite(line_.data(), 1, line_.size(), stdout);
    std::fflush(stdout);
    progress_.restore();
  }
  line_.clear();
}

void Console::finish() {
  if (!line_.empty()) flush_line();
  log_.close();
}

}  // namespace kasane
