/// A serial port that 16550 drivers know: see kasane/uart.h for its registers.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string_view>

#include "platform/peripherals/register_block.h"

namespace kasane {

struct UartConfig {
  /// Line rate at divisor 1, in bits per second: the input clock is 16 times this. Software's divisor divides
  /// it further. Empty: characters take no time.
  std::optional<std::uint64_t> baud = 115'200;
  std::uint32_t fifo_bytes = 16;  ///< depth of each FIFO
};

/// A 16550: both FIFOs, divisor latch, interrupts of received data, empty transmitter, overrun and modem
/// status, loopback. The receiver's trigger level is always one byte; there is no parity error and no break,
/// and the peer's modem lines are always ready.
class Uart : public RegisterBlock {
 public:
  sc_core::sc_out<bool> interrupt{"interrupt"};

  /// `sink` gets each byte when its last stop bit has left.
  Uart(sc_core::sc_module_name name, const UartConfig& config, PowerDomain& domain, EnergyAccount& account,
       const Technology& technology, std::function<void(char)> sink);

  /// A byte arrives on the line now. Call from within the simulation.
  void receive(std::uint8_t byte);
  /// Bytes that come over the line one after the other, at its rate, as typed by somebody who waits where the
  /// receiver is full: a long text arrives whole. Call from within the simulation or between its slices.
  void line_in(std::string_view bytes);
  /// Bytes given to line_in() that have not arrived yet.
  std::size_t on_line() const { return line_.size(); }

 private:
  void add_registers();
  std::uint8_t peek_data() const;
  std::uint8_t identity() const;
  std::uint8_t line_status() const;
  std::uint8_t read_data();
  void write_data(std::uint32_t value);
  std::uint8_t read_identity();
  void write_fifo_control(std::uint32_t value);
  void write_interrupt_enable(std::uint32_t value);
  void write_modem_control(std::uint32_t value);
  std::uint8_t read_line_status();
  std::uint8_t read_modem_status();

  bool divisor_latched() const;
  bool loops_back() const;
  std::uint8_t modem_lines() const;
  std::uint8_t modem_status() const { return static_cast<std::uint8_t>(modem_lines() | modem_changes_); }
  void deliver(std::uint8_t byte);
  std::size_t fifo_depth() const { return fifo_enabled_ ? config_.fifo_bytes : 1; }
  void take_from_line();
  bool has_room() const { return received_.size() < fifo_depth(); }
  /// One character on the line as software has set it up; zero where characters take no time.
  sc_core::sc_time character_time() const;
  void shift_next();
  void character_sent();
  std::uint8_t pending_identity() const;
  void update_interrupt() { interrupt_changed_.notify(sc_core::SC_ZERO_TIME); }
  void drive_interrupt();

  UartConfig config_;
  std::function<void(char)> sink_;
  std::deque<std::uint8_t> line_;  ///< still to be received
  std::deque<std::uint8_t> received_;
  std::deque<std::uint8_t> waiting_;      ///< written by software, not yet in the shift register
  std::optional<std::uint8_t> shifting_;  ///< on the line now
  std::uint16_t divisor_ = 1;
  std::uint8_t interrupt_enable_ = 0;
  bool fifo_enabled_ = false;
  bool overrun_ = false;
  bool transmitter_emptied_ = false;  ///< the THR-empty interrupt has its reason and was not yet acknowledged
  std::uint8_t modem_changes_ = 0;    ///< of the modem lines since MSR was last read: MSR 3:0
  LevelId interrupt_wire_;
  sc_core::sc_event character_sent_;
  sc_core::sc_event line_changed_;
  sc_core::sc_event room_made_;
  sc_core::sc_event interrupt_changed_;
};

}  // namespace kasane
