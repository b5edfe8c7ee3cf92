#include "platform/debug/tcp_port.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <stdexcept>

namespace kasane {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

tcp::acceptor listen(asio::io_context& context, std::uint16_t port, const std::string& purpose) {
  tcp::acceptor acceptor(context);
  try {
    const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
    acceptor.open(endpoint.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));  // a port is free at once when its run has ended
    acceptor.bind(endpoint);
    acceptor.listen();
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error(purpose + ": cannot listen on port " + std::to_string(port) + ": " +
                             error.code().message());
  }
  return acceptor;
}

}  // namespace

TcpPort::TcpPort(asio::io_context& context, std::uint16_t port, const std::string& purpose)
    : acceptor_(listen(context, port, purpose)), client_(context) {
  accept();
}

TcpPort::~TcpPort() {
  on_disconnect = [] {};
  drop();
}

void TcpPort::accept() {
  acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error && !connected()) {
      client_ = std::move(socket);
      error_code ignored;
      client_.set_option(tcp::no_delay(true), ignored);
      ++connection_;
      read();
      on_connect();
    }
    accept();
  });
}

void TcpPort::read() {
  client_.async_read_some(asio::buffer(received_),
                          [this, connection = connection_](const error_code& error, std::size_t bytes) {
                            if (connection != connection_ || !connected()) return;
                            if (error) return drop();
                            on_receive({received_.data(), bytes});
                            if (connection == connection_ && connected()) read();
                          });
}

void TcpPort::send(std::string_view bytes) {
  if (!connected() || unsent() + bytes.size() > most_unsent) return;
  unsent_ += bytes;
  if (sending_.empty()) write();
}

void TcpPort::write() {
  sending_.swap(unsent_);
  asio::async_write(client_, asio::buffer(sending_),
                    [this, connection = connection_](const error_code& error, std::size_t) {
                      if (connection != connection_ || !connected()) return;
                      if (error) return drop();
                      sending_.clear();
                      if (!unsent_.empty()) write();
                    });
}

void TcpPort::drop() {
  if (!connected()) return;
  error_code ignored;
  client_.shutdown(tcp::socket::shutdown_both, ignored);
  client_.close(ignored);
  ++connection_;
  sending_.clear();
  unsent_.clear();
  on_disconnect();
}

}  // namespace kasane
