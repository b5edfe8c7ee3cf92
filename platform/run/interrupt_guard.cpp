#include "platform/run/interrupt_guard.h"

#include <csignal>

namespace kasane {
namespace {

volatile std::sig_atomic_t signal_seen = 0;  // the only thing a signal handler may touch

void note_signal(int) {
  signal_seen = 1;
}

}  // namespace

InterruptGuard::InterruptGuard() {
  signal_seen = 0;
  std::signal(SIGINT, note_signal);
  std::signal(SIGTERM, note_signal);
}

InterruptGuard::~InterruptGuard() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

bool InterruptGuard::interrupted() {
  return signal_seen != 0;
}

}  // namespace kasane
