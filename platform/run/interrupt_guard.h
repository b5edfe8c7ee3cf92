/// Ctrl-C as something a loop asks about.
#pragma once

namespace kasane {

/// While one lives, Ctrl-C (SIGINT) and SIGTERM are noted instead of ending the program.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  static bool interrupted();
};

}  // namespace kasane
