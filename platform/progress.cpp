#include "platform/progress.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <unistd.h>

#include "models/common/seconds.h"
#include "platform/trace/run_table.h"

namespace kasane {
namespace {

constexpr std::size_t bar_width = 24;

std::string bar(double share) {
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(bar_width));
  return "[" + std::string(filled, '#') + std::string(bar_width - filled, '.') + "]";
}

std::string clock_text(double seconds) {
  const auto whole = static_cast<unsigned long>(seconds);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%lu:%02lu", whole / 60, whole % 60);
  return text.data();
}

}  // namespace

Progress::Progress(bool quiet)
    : quiet_(quiet), terminal_(isatty(STDERR_FILENO) == 1), start_(Clock::now()), drawn_(start_) {}

void Progress::update(std::uint64_t images_done, std::uint64_t images_total, sc_core::sc_time simulated,
                      std::uint64_t instructions) {
  done_ = images_done;
  total_ = images_total;
  simulated_ = simulated;
  instructions_ = instructions;
  const Clock::time_point now = Clock::now();
  const auto pause = terminal_ ? std::chrono::milliseconds(100) : std::chrono::seconds(10);
  if (quiet_ || now - drawn_ < pause) return;
  drawn_ = now;
  text_ = line(std::chrono::duration<double>(now - start_).count());
  if (terminal_) {
    restore();
  } else {
    std::fprintf(stderr, "%s\n", text_.c_str());
  }
}

void Progress::restore() {
  if (!terminal_ || text_.empty()) return;
  std::fprintf(stderr, "\r\033[K%s", text_.c_str());
  std::fflush(stderr);
  shown_ = true;
}

void Progress::clear() {
  if (!shown_) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
  shown_ = false;
}

std::string Progress::line(double host_seconds) const {
  const double share =
      total_ > 0 ? std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_)) : 0;
  std::string text = bar(share) + " " + std::to_string(done_) + "/" + std::to_string(total_) + " images  " +
                     with_unit(seconds_of(simulated_), "s") + " simulated";
  if (host_seconds > 0)
    text += "  " + with_unit(static_cast<double>(instructions_) / host_seconds, "instr/s");
  if (done_ > 0 && done_ < total_) text += "  " + clock_text(host_seconds * (1 - share) / share) + " left";
  return text;
}

}  // namespace kasane
