#include "platform/debug/remote_debugger.h"

#include "platform/debug/chip_monitor.h"

namespace kasane {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Host time between two looks at the socket while the chip runs: Ctrl-C and attaching may take so long.
constexpr milliseconds look_interval(5);

/// While it stands: what comes over the socket ends the wait at once, the host's own Ctrl-C only this.
constexpr milliseconds longest_wait(20);

constexpr milliseconds longest_farewell(200);

}  // namespace

RemoteDebugger::RemoteDebugger(std::uint16_t port, bool waits, Hart& hart, const EnergyAccount& account)
    : debugger_(hart),
      monitor_(gdb::chip_monitor(debugger_, hart, account)),
      server_(context_, port, debugger_, monitor_, waits) {}

bool RemoteDebugger::holds() {
  if (!server_.holds()) {
    const auto now = steady_clock::now();
    if (now < next_look_) return false;
    next_look_ = now + look_interval;
  }
  server_.poll();  // a stop is to be reported before there is anything to wait for
  context_.poll();
  server_.poll();
  if (server_.holds() && !server_.killed()) {
    context_.run_one_for(longest_wait);
    server_.poll();
  }
  return server_.holds();
}

void RemoteDebugger::report_exit(std::uint32_t code) {
  server_.report_exit(code);
  const auto end = steady_clock::now() + longest_farewell;
  while (server_.sending() && steady_clock::now() < end) context_.run_one_for(milliseconds(10));
}

}  // namespace kasane
