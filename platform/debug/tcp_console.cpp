#include "platform/debug/tcp_console.h"

namespace kasane {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Host time between two looks at the socket: short against a key stroke, long against a system call.
constexpr milliseconds look_interval(5);

}  // namespace

TcpConsole::TcpConsole(std::uint16_t port) : port_(context_, port, "--console") {
  port_.on_receive = [this](std::string_view bytes) { typed_ += bytes; };
}

TcpConsole::~TcpConsole() {
  const auto end = steady_clock::now() + milliseconds(200);
  while (port_.connected() && port_.unsent() != 0 && steady_clock::now() < end) {
    context_.run_one_for(milliseconds(10));
  }
}

std::string TcpConsole::poll() {
  const auto now = steady_clock::now();
  if (now < next_look_) return {};
  next_look_ = now + look_interval;
  context_.poll();
  return std::exchange(typed_, {});
}

}  // namespace kasane
