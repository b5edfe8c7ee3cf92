/// A TCP port of this host for one client at a time.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace kasane {

/// Listens on the loopback interface. Everything happens in `context`, when its owner polls it; nothing here
/// blocks, and whoever connects while there is a client is turned away.
class TcpPort {
 public:
  std::function<void()> on_connect = [] {};
  std::function<void()> on_disconnect = [] {};  ///< the client is gone, or was dropped
  std::function<void(std::string_view)> on_receive = [](std::string_view) {};

  /// Port 0: any free one. Throws std::runtime_error, one line beginning with `purpose`, where the port
  /// cannot be had.
  TcpPort(boost::asio::io_context& context, std::uint16_t port, const std::string& purpose);
  ~TcpPort();
  TcpPort(const TcpPort&) = delete;
  TcpPort& operator=(const TcpPort&) = delete;

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  bool connected() const { return client_.is_open(); }
  /// Sends to the client, in time. What it does not take in is lost beyond most_unsent bytes.
  void send(std::string_view bytes);
  std::size_t unsent() const { return sending_.size() + unsent_.size(); }
  /// Ends the connection.
  void drop();

  static constexpr std::size_t most_unsent = std::size_t{1} << 20;

 private:
  void accept();
  void read();
  void write();

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::ip::tcp::socket client_;
  std::uint64_t connection_ = 0;  ///< counts clients: what still comes of an earlier one is not for the next
  std::array<char, 4096> received_{};
  std::string sending_;  ///< being written
  std::string unsent_;   ///< after that
};

}  // namespace kasane
