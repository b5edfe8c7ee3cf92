#include "platform/debug/gdb_server.h"

namespace kasane::gdb {

Server::Server(boost::asio::io_context& context, std::uint16_t port, DebugPort& hart, const Monitor& monitor,
               bool holds_at_start)
    : hart_(hart), monitor_(monitor), port_(context, port, "--gdb"), holds_at_start_(holds_at_start) {
  port_.on_connect = [this] { connected(); };
  port_.on_disconnect = [this] { disconnected(); };
  port_.on_receive = [this](std::string_view bytes) {
    if (session_) session_->receive(bytes);
  };
  if (holds_at_start_) hart_.halt();
}

void Server::connected() {
  session_ =
      std::make_unique<Session>(hart_, monitor_, [this](std::string_view bytes) { port_.send(bytes); });
  hart_.halt();
}

void Server::disconnected() {
  if (!session_) return;
  session_->poll();  // its last word may be to end the run
  note_state();
  session_.reset();
  if (!holds_at_start_) hart_.resume();
}

void Server::poll() {
  if (!session_) {
    if (port_.connected() && port_.unsent() == 0) port_.drop();  // its detaching has been answered
    return;
  }
  session_->poll();
  note_state();
  if (session_->state() == Session::State::detached) disconnected();
  if (session_ && session_->state() == Session::State::broken) port_.drop();
}

void Server::note_state() {
  if (session_->state() == Session::State::killed) killed_ = true;
  if (session_->state() == Session::State::detached || session_->running()) holds_at_start_ = false;
}

bool Server::report_standstill() {
  if (!session_ || !session_->running()) return false;
  session_->print("The chip stands still: firmware waits, and nothing is under way that could wake it up.\n");
  session_->interrupt();
  return true;
}

void Server::report_exit(std::uint32_t code) {
  if (session_) session_->report_exit(code);
}

}  // namespace kasane::gdb
