/// The UART's line as a TCP port: what the chip sends goes to the client, what the client types to the chip.
#pragma once

#include <string>
#include <string_view>

#include "platform/debug/tcp_port.h"

namespace kasane {

/// Bytes go through as they are, as over a serial line; what is sent while nobody is connected is not kept.
class TcpConsole {
 public:
  /// Port 0: any free one. Throws std::runtime_error where the port cannot be had.
  TcpConsole(boost::asio::io_context& context, std::uint16_t port) : port_(context, port, "--console") {
    port_.on_receive = [this](std::string_view bytes) { typed_ += bytes; };
  }

  std::uint16_t port() const { return port_.port(); }
  void send(std::string_view bytes) { port_.send(bytes); }
  /// What was typed since the last call.
  std::string take_typed() { return std::exchange(typed_, {}); }
  bool has_typed() const { return !typed_.empty(); }
  bool sending() const { return port_.connected() && port_.unsent() != 0; }

 private:
  TcpPort port_;
  std::string typed_;
};

}  // namespace kasane
