/// Lets GDB attach to the hart over TCP.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "platform/cpu/debug/debug_port.h"
#include "platform/debug/monitor.h"
#include "platform/debug/session.h"
#include "platform/debug/tcp_port.h"

namespace kasane::gdb {

/// GDB may come and go at any time; its coming halts the hart, its going, or the loss of its connection, lets
/// the hart go on.
class Server {
 public:
  /// `holds_at_start`: the hart does not execute its first instruction before a GDB has let it. `hart` and
  /// `monitor` must outlive the server. Throws std::runtime_error where the port cannot be had.
  Server(boost::asio::io_context& context, std::uint16_t port, DebugPort& hart, const Monitor& monitor,
         bool holds_at_start);

  std::uint16_t port() const { return port_.port(); }
  /// Simulation must not go on now.
  bool holds() const { return hart_.halted(); }
  /// Does what the last packets, or the hart's last stop, ask for; to be called between slices of simulation.
  void poll();
  /// The client has ended the run.
  bool killed() const { return killed_; }
  /// Nothing is scheduled any more. Stops the hart for a client that waits for it, saying why; false where
  /// there is none.
  bool report_standstill();
  /// Tells a client that the program has ended.
  void report_exit(std::uint32_t code);
  /// Bytes are on their way to the client.
  bool sending() const { return port_.connected() && port_.unsent() != 0; }

 private:
  void connected();
  void disconnected();
  void note_state();

  DebugPort& hart_;
  const Monitor& monitor_;
  TcpPort port_;
  std::unique_ptr<Session> session_;
  bool holds_at_start_;
  bool killed_ = false;
};

}  // namespace kasane::gdb
