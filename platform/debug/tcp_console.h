/// The UART's line as a TCP port.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "platform/console/console_input.h"
#include "platform/debug/tcp_port.h"

namespace kasane {

/// Bytes go through as they are, as over a serial line: what is sent while nobody is connected, or to
/// somebody who does not read for long, is not kept.
class TcpConsole : public ConsoleInput {
 public:
  /// Port 0: any free one. Throws std::runtime_error where the port cannot be had.
  explicit TcpConsole(std::uint16_t port);
  /// What is still to be sent is sent, for a moment.
  ~TcpConsole() override;

  std::uint16_t port() const { return port_.port(); }

  std::string poll() override;
  void sent(std::string_view bytes) override { port_.send(bytes); }
  bool open() const override { return true; }

 private:
  boost::asio::io_context context_;
  TcpPort port_;
  std::string typed_;
  std::chrono::steady_clock::time_point next_look_;
};

}  // namespace kasane
