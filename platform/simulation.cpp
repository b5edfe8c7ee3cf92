#include "platform/simulation.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "platform/run/interrupt_guard.h"

namespace kasane {
namespace {

/// Simulated time between two looks at the signal flag and the progress line.
const sc_core::sc_time slice(1, sc_core::SC_MS);

/// Host time between two looks while the chip waits for somebody outside: short against a key stroke.
constexpr std::chrono::milliseconds host_nap(10);

}  // namespace

Ending simulate(sc_core::sc_time limit, const Outside& outside) {
  const bool limited = limit != sc_core::SC_ZERO_TIME;
  for (bool started = false;; started = true) {
    while (outside.holds()) {
      if (InterruptGuard::interrupted() || outside.ends()) return Ending::interrupted;
      outside.on_pause();
    }
    if (sc_core::sc_get_status() == sc_core::SC_STOPPED) return Ending::stopped;
    if (InterruptGuard::interrupted() || outside.ends()) return Ending::interrupted;
    if (started && !sc_core::sc_pending_activity()) {
      if (!outside.may_be_woken()) return Ending::deadlock;
      std::this_thread::sleep_for(host_nap);
      outside.on_pause();
      continue;
    }
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    if (limited && now >= limit) return Ending::time_limit;
    sc_core::sc_start(limited ? std::min(slice, limit - now) : slice);
    if (sc_core::sc_get_status() != sc_core::SC_STOPPED) outside.on_pause();
  }
}

}  // namespace kasane
