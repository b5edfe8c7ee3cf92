#include "platform/simulation.h"

#include <algorithm>

#include "platform/interrupt_guard.h"

namespace kasane {
namespace {

/// Simulated time between two looks at the signal flag and the progress line.
const sc_core::sc_time slice(1, sc_core::SC_MS);

}  // namespace

Ending simulate(sc_core::sc_time limit, const std::function<void()>& on_pause) {
  const bool limited = limit != sc_core::SC_ZERO_TIME;
  for (;;) {
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    if (limited && now >= limit) return Ending::time_limit;
    sc_core::sc_start(limited ? std::min(slice, limit - now) : slice);
    if (sc_core::sc_get_status() == sc_core::SC_STOPPED) return Ending::stopped;
    if (InterruptGuard::interrupted()) return Ending::interrupted;
    if (!sc_core::sc_pending_activity()) return Ending::deadlock;
    on_pause();
  }
}

}  // namespace kasane
