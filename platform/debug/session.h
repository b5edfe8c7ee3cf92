/// GDB's remote serial protocol: what the packets of one connection mean.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "platform/cpu/debug/debug_port.h"
#include "platform/debug/hex.h"
#include "platform/debug/monitor.h"
#include "platform/debug/packet.h"
#include "platform/debug/points.h"

namespace kasane::gdb {

/// Serves one client, from its connection until it detaches, kills or is lost. Knows neither sockets nor the
/// simulation: bytes come in by receive() and go out by `send`, and poll() is called whenever the simulation
/// stands still.
class Session {
 public:
  enum class State : std::uint8_t {
    open,
    detached,  ///< the client is done, the chip goes on
    killed,    ///< the client ends the run
    broken,    ///< the client sends what no debugger sends
  };

  /// `hart` and `monitor` must outlive the session.
  Session(DebugPort& hart, const Monitor& monitor, std::function<void(std::string_view)> send);

  void receive(std::string_view bytes);
  /// Reports a stop and answers what came, for as long as the hart is halted.
  void poll();
  State state() const { return state_; }
  /// The client has let the hart go and waits for it to stop.
  bool running() const { return running_; }

  /// As the client's Ctrl-C: stops the hart that it waits for.
  void interrupt();
  /// Shows text to a client that is waiting.
  void print(std::string_view text);
  /// Tells a client that is waiting that the program has ended with this code.
  void report_exit(std::uint32_t code);

 private:
  /// Empty: there is nothing to answer, at least not yet.
  using Reply = std::optional<std::string>;

  void send_packet(const std::string& payload);
  void report_stop();
  std::string stop_reply() const;

  Reply execute(Cursor text);
  Reply execute_query(Cursor text);
  Reply execute_word(Cursor text);

  // Going on: there is no answer until the hart stops.
  Reply resume(Cursor text);
  Reply step(Cursor text);
  Reply resume_actions(Cursor text);
  void let_go(bool one_step);

  Reply supported(Cursor text);
  Reply read_features(Cursor text);
  Reply monitor_command(Cursor text);

  Reply read_all_registers() const;
  Reply write_all_registers(Cursor text);
  Reply read_one_register(Cursor text) const;
  Reply write_one_register(Cursor text);
  Reply read_memory(Cursor text);
  Reply write_memory(Cursor text, bool is_binary);
  Reply change_point(Cursor text, bool is_added);

  DebugPort& hart_;
  const Monitor& monitor_;
  std::function<void(std::string_view)> send_;
  Points points_;
  PacketReader reader_;
  std::deque<std::string> waiting_;  ///< packets to execute once the hart is halted
  std::string last_packet_;
  std::string description_;  ///< of the target, as the client reads it
  State state_ = State::open;
  bool acknowledges_ = true;
  bool knows_swbreak_ = false;
  bool knows_hwbreak_ = false;
  bool running_ = false;
  bool interrupted_ = false;
  bool interrupts_next_ =
      false;  ///< Ctrl-C came after a packet, yet to be executed, that may let the hart go
  /// While steps are to go on: the addresses to stay within, the second one exclusive.
  std::optional<std::pair<std::uint64_t, std::uint64_t>> range_;
};

}  // namespace kasane::gdb
