#include "platform/run/progress_line.h"

#include <cstdio>
#include <unistd.h>

#include "platform/trace/formatted.h"

namespace kasane {
namespace {

constexpr std::size_t bar_width = 24;

}  // namespace

std::string progress_bar(double share) {
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(bar_width));
  return "[" + std::string(filled, '#') + std::string(bar_width - filled, '.') + "]";
}

std::string clock_text(double seconds) {
  const auto whole = static_cast<unsigned long>(seconds);
  return formatted("%lu:%02lu", whole / 60, whole % 60);
}

ProgressLine::ProgressLine(bool quiet)
    : quiet_(quiet), terminal_(isatty(STDERR_FILENO) == 1), start_(Clock::now()), drawn_(start_) {}

void ProgressLine::update(const std::function<std::string(double)>& text) {
  const Clock::time_point now = Clock::now();
  const auto pause = terminal_ ? std::chrono::milliseconds(100) : std::chrono::seconds(10);
  if (quiet_ || away_ || now - drawn_ < pause) return;
  drawn_ = now;
  text_ = text(std::chrono::duration<double>(now - start_).count());
  if (terminal_) {
    draw();
  } else {
    std::fprintf(stderr, "%s\n", text_.c_str());
  }
}

void ProgressLine::restore() {
  away_ = false;
  draw();
}

void ProgressLine::draw() {
  if (!terminal_ || text_.empty()) return;
  std::fprintf(stderr, "\r\033[K%s", text_.c_str());
  std::fflush(stderr);
  shown_ = true;
}

void ProgressLine::clear() {
  away_ = true;
  if (!shown_) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
  shown_ = false;
}

}  // namespace kasane
