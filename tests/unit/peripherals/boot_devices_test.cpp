/// What boot loaders and operating systems look for in a UART, an interrupt controller and a test finisher,
/// beyond what our own firmware uses.
#include <gtest/gtest.h>
#include <stdexcept>
#include <string>
#include <vector>

#include "kasane/plic.h"
#include "kasane/test_finisher.h"
#include "kasane/uart.h"
#include "platform/peripherals/plic.h"
#include "platform/peripherals/test_finisher.h"
#include "platform/peripherals/uart.h"
#include "tests/unit/peripherals/bench.h"

namespace kasane {
namespace {

using sc_core::SC_NS;
using Signal = sc_core::sc_signal<bool>;

constexpr unsigned sources = 1023;
constexpr std::uint64_t supervisor_enable = KASANE_PLIC_ENABLE + KASANE_PLIC_ENABLE_STRIDE;
constexpr std::uint64_t supervisor_threshold = KASANE_PLIC_THRESHOLD + KASANE_PLIC_CONTEXT_STRIDE;
constexpr std::uint64_t supervisor_claim = KASANE_PLIC_CLAIM + KASANE_PLIC_CONTEXT_STRIDE;

struct ExitCodes : RunObserver {
  std::vector<std::uint32_t> codes;
  void on_images_total(std::uint32_t) override {}
  void on_image_begin(std::uint32_t) override {}
  void on_image_forgotten(std::uint32_t) override {}
  void on_image(const ImageResult&) override {}
  void on_image_mistake() override {}
  void on_region_begin(std::uint32_t) override {}
  void on_region_end(std::uint32_t, const std::string&, const Interval&) override {}
  void on_region_mistake() override {}
  void on_exit(std::uint32_t code) override { codes.push_back(code); }
};

struct Board {
  Technology technology = bench::technology();
  EnergyAccount account;
  PowerDomain domain{"domain",
                     {.points = {{0.9, 100'000'000}}, .clock_can_gate = false, .power_can_gate = false},
                     technology.scaling(),
                     account};
  std::string printed;
  ExitCodes exits;
  Uart uart{"uart", {.baud = std::nullopt}, domain, account, technology, [this](char c) { printed += c; }};
  Plic plic{"plic", {.sources = sources, .contexts = 2}, domain, account, technology};
  TestFinisher finisher{"finisher", exits};
  bench::Master to_uart{"to_uart"}, to_plic{"to_plic"}, to_finisher{"to_finisher"};
  Signal uart_interrupt{"uart_interrupt"};
  sc_core::sc_vector<Signal> lines{"lines", sources}, harts{"harts", 2};

  Board() {
    to_uart.socket.bind(uart.registers);
    to_plic.socket.bind(plic.registers);
    to_finisher.socket.bind(finisher.registers);
    uart.interrupt(uart_interrupt);
    for (unsigned n = 0; n < sources; ++n) plic.sources[n](lines[n]);
    for (unsigned n = 0; n < 2; ++n) plic.hart_interrupt[n](harts[n]);
  }
  std::uint8_t read(std::uint64_t offset) { return to_uart.read<std::uint8_t>(offset); }
  void write(std::uint64_t offset, std::uint8_t value) { to_uart.write<std::uint8_t>(offset, value); }
};

void settle() {
  sc_core::wait(1, SC_NS);
}

/// The probe of the 8250 drivers: in loopback, OUT2 and RTS come back as DCD and CTS.
void modem_lines_loop_back(Board& board) {
  EXPECT_EQ(board.read(KASANE_UART_MODEM_STATUS), 0xB0);  // the peer: DCD, DSR, CTS
  board.write(KASANE_UART_MODEM_CONTROL, 0x10 | 0x0A);
  EXPECT_EQ(board.read(KASANE_UART_MODEM_STATUS), 0x90 | 0x02);  // DSR has changed ...
  EXPECT_EQ(board.read(KASANE_UART_MODEM_STATUS), 0x90);         // ... which is told once
  board.write(KASANE_UART_MODEM_CONTROL, 0x10 | 0x05);
  EXPECT_EQ(board.read(KASANE_UART_MODEM_STATUS), 0x60 | 0x0B);  // a ring that begins does not count
  board.write(KASANE_UART_INTERRUPT_ENABLE, 0x08);
  board.write(KASANE_UART_MODEM_CONTROL, 0x10 | 0x01);  // the ring ends
  settle();
  EXPECT_TRUE(board.uart_interrupt.read());
  EXPECT_EQ(board.read(KASANE_UART_INTERRUPT_IDENTITY), 0x00);
  EXPECT_EQ(board.read(KASANE_UART_MODEM_STATUS), 0x20 | 0x04);
  settle();
  EXPECT_FALSE(board.uart_interrupt.read());
  board.write(KASANE_UART_INTERRUPT_ENABLE, 0);
  board.write(KASANE_UART_MODEM_CONTROL, 0xFF);
  EXPECT_EQ(board.read(KASANE_UART_MODEM_CONTROL), 0x1F);  // bits 7:5 are zero
  board.write(KASANE_UART_MODEM_CONTROL, 0);
}

void data_loop_back(Board& board) {
  board.write(KASANE_UART_INTERRUPT_IDENTITY, 0x07);
  board.write(KASANE_UART_MODEM_CONTROL, 0x10);
  board.write(KASANE_UART_DATA, 'l');
  board.uart.line_in("lost");  // the line is cut off
  settle();
  EXPECT_EQ(board.read(KASANE_UART_DATA), 'l');
  EXPECT_EQ(board.read(KASANE_UART_LINE_STATUS) & KASANE_UART_LSR_DATA_READY, 0);
  EXPECT_EQ(board.printed, "");
  board.write(KASANE_UART_MODEM_CONTROL, 0);
  board.write(KASANE_UART_DATA, 'o');
  board.uart.line_in("i");
  settle();
  EXPECT_EQ(board.printed, "o");
  EXPECT_EQ(board.read(KASANE_UART_DATA), 'i');
  board.write(KASANE_UART_SCRATCH, 0x5A);
  EXPECT_EQ(board.read(KASANE_UART_SCRATCH), 0x5A);
}

/// Machine mode and supervisor mode have enables, thresholds and claims of their own.
void contexts_are_apart(Board& board) {
  bench::Master& plic = board.to_plic;
  plic.write(KASANE_PLIC_PRIORITY + 4 * std::uint64_t{sources}, 3);
  plic.write(supervisor_enable + 31 * 4, 1u << 31);  // source 1023: the last bit
  board.lines[sources - 1].write(true);
  settle();
  EXPECT_FALSE(board.harts[0].read());
  EXPECT_TRUE(board.harts[1].read());
  EXPECT_EQ(plic.read(KASANE_PLIC_PENDING + 31 * 4), 1u << 31);
  EXPECT_EQ(plic.read(KASANE_PLIC_CLAIM), 0u);
  plic.write(supervisor_threshold, 3);
  settle();
  EXPECT_FALSE(board.harts[1].read());
  plic.write(supervisor_threshold, 2);
  settle();
  EXPECT_TRUE(board.harts[1].read());
  EXPECT_EQ(plic.read(supervisor_claim), sources);
  settle();
  EXPECT_FALSE(board.harts[1].read());
  board.lines[sources - 1].write(false);
  plic.write(supervisor_claim, sources);
  settle();
  EXPECT_FALSE(board.harts[1].read());
}

void finisher_ends_the_run_once(Board& board) {
  bench::Master& finisher = board.to_finisher;
  finisher.write(KASANE_FINISHER_STATUS, 0);  // no word it knows
  std::uint16_t half = KASANE_FINISHER_PASS;  // no register begins there
  EXPECT_NE(finisher.access(tlm::TLM_WRITE_COMMAND, 2, &half, 2), tlm::TLM_OK_RESPONSE);
  EXPECT_NE(finisher.access(tlm::TLM_WRITE_COMMAND, 0, &half, 1), tlm::TLM_OK_RESPONSE);
  EXPECT_TRUE(board.exits.codes.empty());
  finisher.write(KASANE_FINISHER_STATUS, 7u << 16 | KASANE_FINISHER_FAIL);
  EXPECT_EQ(board.exits.codes, std::vector<std::uint32_t>{7});
  finisher.write(KASANE_FINISHER_STATUS, KASANE_FINISHER_PASS);
  EXPECT_EQ(board.exits.codes.size(), 1u);
}

TEST(BootDevices, BehaveAsDriversExpect) {
  Board board;
  TestFinisher passes("passes", board.exits);
  TestFinisher resets("resets", board.exits);
  bench::Master to_passes("to_passes"), to_resets("to_resets");
  to_passes.socket.bind(passes.registers);
  to_resets.socket.bind(resets.registers);
  bool finished = false;
  bench::Stimulus stimulus("stimulus", [&] {
    modem_lines_loop_back(board);
    data_loop_back(board);
    contexts_are_apart(board);
    finisher_ends_the_run_once(board);
    to_passes.write<std::uint16_t>(KASANE_FINISHER_STATUS, KASANE_FINISHER_PASS);  // as OpenSBI does it
    to_resets.write(KASANE_FINISHER_STATUS, KASANE_FINISHER_RESET);
    finished = true;
  });
  sc_core::sc_start(sc_core::sc_time(10, sc_core::SC_MS));
  EXPECT_TRUE(finished);
  EXPECT_EQ(board.exits.codes, (std::vector<std::uint32_t>{7, 0, 0}));
  EXPECT_EQ(sc_core::sc_get_status(), sc_core::SC_STOPPED);
}

}  // namespace
}  // namespace kasane
