#include "platform/peripherals/uart.h"

#include <stdexcept>
#include <utility>

#include "kasane/uart.h"

namespace kasane {
namespace {

// Fields of the 16550 that only the model needs (TI PC16550D datasheet, section 8).
constexpr std::uint8_t lsr_overrun = 1u << 1;
constexpr std::uint8_t ier_line_status = 1u << 2;
constexpr std::uint8_t ier_modem_status = 1u << 3;
constexpr std::uint8_t ier_implemented = 0x0F;
constexpr std::uint8_t iir_none = 0x01;
constexpr std::uint8_t iir_modem_status = 0x00;
constexpr std::uint8_t iir_thr_empty = 0x02;
constexpr std::uint8_t iir_data_ready = 0x04;
constexpr std::uint8_t iir_line_status = 0x06;
constexpr std::uint8_t iir_fifos = 0xC0;
constexpr std::uint8_t fcr_enable = 1u << 0;
constexpr std::uint8_t fcr_clear_receiver = 1u << 1;
constexpr std::uint8_t fcr_clear_transmitter = 1u << 2;
constexpr std::uint8_t lcr_two_stop_bits = 1u << 2;
constexpr std::uint8_t lcr_parity = 1u << 3;
constexpr std::uint8_t lcr_eight_bits = 0x03;
constexpr std::uint8_t mcr_implemented = 0x1F;
constexpr std::uint8_t mcr_loop = 1u << 4;
constexpr std::uint8_t msr_lines = 0xF0;
constexpr std::uint8_t msr_ring = 1u << 6;
constexpr std::uint8_t msr_peer_ready = 0xB0;  // clear to send, data set ready, carrier detected

/// Seven registers and the divisor, the shift registers and both FIFOs.
std::uint64_t register_bits(const UartConfig& config) {
  return 7 * 8 + 16 + 2 * 8 + 2 * 8 * std::uint64_t{config.fifo_bytes};
}

}  // namespace

Uart::Uart(sc_core::sc_module_name name, const UartConfig& config, PowerDomain& domain,
           EnergyAccount& account, const Technology& technology, std::function<void(char)> sink)
    : RegisterBlock(name, 1,
                    RegisterCost(base_name(name), register_bits(config), domain, account, technology)),
      config_(config),
      sink_(std::move(sink)),
      interrupt_wire_(add_wire("interrupt")) {
  if (config.baud && *config.baud == 0) throw std::invalid_argument("uart: baud must be above 0");
  if (config.fifo_bytes == 0) throw std::invalid_argument("uart: fifo_bytes must be above 0");
  if (!sink_) throw std::invalid_argument("uart: expected a sink for its output");
  add_registers();
  SC_HAS_PROCESS(Uart);
  SC_THREAD(take_from_line);
  SC_METHOD(character_sent);
  sensitive << character_sent_;
  dont_initialize();
  SC_METHOD(drive_interrupt);
  sensitive << interrupt_changed_;
  dont_initialize();
}

void Uart::add_registers() {
  bank().add({.name = "DATA",
              .offset = KASANE_UART_DATA,
              .description = "received byte (read), byte to send (write); divisor 7:0 while DLAB is set",
              .on_read = [this] { return read_data(); },
              .on_write = [this](std::uint32_t value) { write_data(value); },
              .on_peek = [this] { return peek_data(); }});
  bank().add(
      {.name = "INTERRUPT_ENABLE",
       .offset = KASANE_UART_INTERRUPT_ENABLE,
       .description = "bit 0 data ready, 1 THR empty, 2 line status; divisor 15:8 while DLAB is set",
       .on_read = [this]() -> std::uint32_t { return divisor_latched() ? divisor_ >> 8 : interrupt_enable_; },
       .on_write = [this](std::uint32_t value) { write_interrupt_enable(value); }});
  bank().add({.name = "INTERRUPT_IDENTITY",
              .offset = KASANE_UART_INTERRUPT_IDENTITY,
              .description = "pending interrupt (read), FIFO control (write)",
              .on_read = [this] { return read_identity(); },
              .on_write = [this](std::uint32_t value) { write_fifo_control(value); },
              .on_peek = [this] { return identity(); }});
  bank().add({"LINE_CONTROL", KASANE_UART_LINE_CONTROL, Access::read_write,
              "bits 1:0 data bits - 5, 2 two stop bits, 3 parity, 7 DLAB", lcr_eight_bits});
  bank().add({.name = "MODEM_CONTROL",
              .offset = KASANE_UART_MODEM_CONTROL,
              .description = "bit 0 DTR, 1 RTS, 2 OUT1, 3 OUT2: nobody looks; 4 loopback",
              .on_write = [this](std::uint32_t value) { write_modem_control(value); }});
  bank().add({.name = "LINE_STATUS",
              .offset = KASANE_UART_LINE_STATUS,
              .description = "bit 0 data ready, 1 overrun, 5 THR empty, 6 idle; writes have no effect",
              .on_read = [this] { return read_line_status(); },
              .on_write = [](std::uint32_t) {},
              .on_peek = [this] { return line_status(); }});
  bank().add({.name = "MODEM_STATUS",
              .offset = KASANE_UART_MODEM_STATUS,
              .description =
                  "bits 7:4 DCD, RI, DSR, CTS: the peer is always ready; 3:0 which changed; writes have "
                  "no effect",
              .on_read = [this] { return read_modem_status(); },
              .on_write = [](std::uint32_t) {},
              .on_peek = [this] { return modem_status(); }});
  bank().add({"SCRATCH", KASANE_UART_SCRATCH, Access::read_write, "stored only"});
}

bool Uart::divisor_latched() const {
  return (register_bank().registers().at(KASANE_UART_LINE_CONTROL).value & KASANE_UART_LCR_DLAB) != 0;
}

std::uint8_t Uart::peek_data() const {
  if (divisor_latched()) return static_cast<std::uint8_t>(divisor_);
  return received_.empty() ? 0 : received_.front();
}

std::uint8_t Uart::read_data() {
  const std::uint8_t byte = peek_data();
  if (divisor_latched() || received_.empty()) return byte;
  received_.pop_front();
  room_made_.notify(sc_core::SC_ZERO_TIME);
  update_interrupt();
  return byte;
}

void Uart::write_data(std::uint32_t value) {
  const auto byte = static_cast<std::uint8_t>(value);
  if (divisor_latched()) {
    divisor_ = static_cast<std::uint16_t>((divisor_ & 0xFF00u) | byte);
    return;
  }
  transmitter_emptied_ = false;
  if (waiting_.size() >= fifo_depth()) waiting_.pop_back();  // software did not look: its last byte is lost
  waiting_.push_back(byte);
  if (!config_.baud) {
    waiting_.clear();
    deliver(byte);
    transmitter_emptied_ = true;
  } else if (!shifting_) {
    shift_next();
  }
  update_interrupt();
}

void Uart::write_interrupt_enable(std::uint32_t value) {
  if (divisor_latched()) {
    divisor_ = static_cast<std::uint16_t>((value & 0xFFu) << 8 | (divisor_ & 0xFFu));
    return;
  }
  const std::uint8_t before = interrupt_enable_;
  interrupt_enable_ = static_cast<std::uint8_t>(value & ier_implemented);
  const bool newly = (interrupt_enable_ & ~before & KASANE_UART_IER_THR_EMPTY) != 0;
  if (newly && waiting_.empty()) transmitter_emptied_ = true;
  update_interrupt();
}

std::uint8_t Uart::pending_identity() const {
  if (overrun_ && (interrupt_enable_ & ier_line_status) != 0) return iir_line_status;
  if (!received_.empty() && (interrupt_enable_ & KASANE_UART_IER_DATA_READY) != 0) return iir_data_ready;
  if (transmitter_emptied_ && (interrupt_enable_ & KASANE_UART_IER_THR_EMPTY) != 0) return iir_thr_empty;
  if (modem_changes_ != 0 && (interrupt_enable_ & ier_modem_status) != 0) return iir_modem_status;
  return iir_none;
}

std::uint8_t Uart::identity() const {
  return static_cast<std::uint8_t>(pending_identity() | (fifo_enabled_ ? iir_fifos : 0));
}

std::uint8_t Uart::read_identity() {
  const std::uint8_t read = identity();
  if (pending_identity() == iir_thr_empty) {  // reading it acknowledges it
    transmitter_emptied_ = false;
    update_interrupt();
  }
  return read;
}

void Uart::write_fifo_control(std::uint32_t value) {
  const bool enable = (value & fcr_enable) != 0;
  const bool switched = enable != fifo_enabled_;
  fifo_enabled_ = enable;
  if (switched || (value & fcr_clear_receiver) != 0) {
    received_.clear();
    room_made_.notify(sc_core::SC_ZERO_TIME);
  }
  if ((switched || (value & fcr_clear_transmitter) != 0) && !waiting_.empty()) {
    waiting_.clear();
    transmitter_emptied_ = true;
  }
  update_interrupt();
}

std::uint8_t Uart::line_status() const {
  std::uint8_t status = 0;
  if (!received_.empty()) status |= KASANE_UART_LSR_DATA_READY;
  if (overrun_) status |= lsr_overrun;
  if (waiting_.empty()) status |= KASANE_UART_LSR_THR_EMPTY;
  if (waiting_.empty() && !shifting_) status |= KASANE_UART_LSR_IDLE;
  return status;
}

std::uint8_t Uart::read_line_status() {
  const std::uint8_t status = line_status();
  overrun_ = false;
  update_interrupt();
  return status;
}

bool Uart::loops_back() const {
  return (register_bank().registers().at(KASANE_UART_MODEM_CONTROL).value & mcr_loop) != 0;
}

/// In loopback the outputs DTR, RTS, OUT1 and OUT2 are the inputs DSR, CTS, RI and DCD.
std::uint8_t Uart::modem_lines() const {
  if (!loops_back()) return msr_peer_ready;
  const std::uint32_t control = register_bank().registers().at(KASANE_UART_MODEM_CONTROL).value;
  return static_cast<std::uint8_t>((control & 0b0001) << 5 | (control & 0b0010) << 3 |
                                   (control & 0b1100) << 4);
}

void Uart::write_modem_control(std::uint32_t value) {
  const std::uint8_t before = modem_lines();
  bank().at(KASANE_UART_MODEM_CONTROL).value = value & mcr_implemented;
  const std::uint8_t now = modem_lines();
  // Ring counts where it falls, the others wherever they change.
  const auto changed = static_cast<std::uint8_t>((before ^ now) & (now & msr_ring ? ~msr_ring : 0xFF));
  modem_changes_ |= static_cast<std::uint8_t>((changed & msr_lines) >> 4);
  update_interrupt();
}

std::uint8_t Uart::read_modem_status() {
  const std::uint8_t status = modem_status();
  modem_changes_ = 0;
  update_interrupt();
  return status;
}

/// A byte leaves the transmitter.
void Uart::deliver(std::uint8_t byte) {
  if (loops_back()) {
    receive(byte);
  } else {
    sink_(static_cast<char>(byte));
  }
}

void Uart::receive(std::uint8_t byte) {
  if (has_room()) {
    received_.push_back(byte);
  } else {
    overrun_ = true;
  }
  update_interrupt();
}

void Uart::line_in(std::string_view bytes) {
  line_.insert(line_.end(), bytes.begin(), bytes.end());
  line_changed_.notify(sc_core::SC_ZERO_TIME);
}

void Uart::take_from_line() {
  for (;;) {
    while (line_.empty()) wait(line_changed_);
    while (!has_room()) wait(room_made_);
    wait(character_time());
    if (!loops_back()) receive(line_.front());
    line_.pop_front();
  }
}

sc_core::sc_time Uart::character_time() const {
  if (!config_.baud) return sc_core::SC_ZERO_TIME;
  const std::uint32_t control = register_bank().registers().at(KASANE_UART_LINE_CONTROL).value;
  const std::uint64_t data_bits = 5 + (control & lcr_eight_bits);
  const std::uint64_t bits =
      1 + data_bits + ((control & lcr_parity) != 0 ? 1 : 0) + ((control & lcr_two_stop_bits) != 0 ? 2 : 1);
  const std::uint64_t divisor = divisor_ == 0 ? 1 : divisor_;  // 0 is no divisor; a 16550 leaves it undefined
  const std::uint64_t picoseconds = bits * divisor * 1'000'000'000'000;  // at most 12 * 2^16 * 10^12 < 2^60
  return sc_core::sc_time::from_value((picoseconds + *config_.baud / 2) / *config_.baud);
}

void Uart::shift_next() {
  shifting_ = waiting_.front();
  waiting_.pop_front();
  if (waiting_.empty()) transmitter_emptied_ = true;
  character_sent_.notify(character_time());
}

void Uart::character_sent() {
  const std::uint8_t byte = *shifting_;
  shifting_.reset();
  deliver(byte);
  if (!waiting_.empty()) shift_next();
  update_interrupt();
}

void Uart::drive_interrupt() {
  const bool raised = pending_identity() != iir_none;
  interrupt.write(raised);
  show(interrupt_wire_, raised);
}

}  // namespace kasane
