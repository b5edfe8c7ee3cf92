/// UART, CLINT, PLIC, power manager and run monitor on real sockets, with times worked out by hand.
#include <gtest/gtest.h>
#include <string>

#include "kasane/clint.h"
#include "kasane/plic.h"
#include "kasane/power_manager.h"
#include "kasane/run_monitor.h"
#include "kasane/uart.h"
#include "platform/peripherals/clint.h"
#include "platform/peripherals/plic.h"
#include "platform/peripherals/power_manager.h"
#include "platform/peripherals/run_monitor.h"
#include "platform/peripherals/uart.h"
#include "tests/unit/peripherals/bench.h"

namespace kasane {
namespace {

using sc_core::SC_NS;
using sc_core::SC_PS;
using sc_core::sc_time;
using sc_core::sc_time_stamp;
using Signal = sc_core::sc_signal<bool>;

struct Recorder : RunObserver {
  std::uint32_t total = 0;
  std::uint32_t code = 99;
  std::vector<ImageResult> images;
  void on_images_total(std::uint32_t count) override { total = count; }
  std::vector<std::uint32_t> begun;
  void on_image_begin(std::uint32_t index) override { begun.push_back(index); }
  void on_image_forgotten(std::uint32_t) override {}
  void on_image(const ImageResult& image) override { images.push_back(image); }
  void on_image_mistake() override {}
  void on_exit(std::uint32_t value) override { code = value; }
  std::vector<std::string> regions;
  std::uint32_t mistakes = 0;
  void on_region_begin(std::uint32_t region) override {
    regions.push_back("begin " + std::to_string(region));
  }
  void on_region_end(std::uint32_t, const std::string& name, const Interval& when) override {
    regions.push_back("end " + name + " " + std::to_string(when.length().value()));
  }
  void on_region_mistake() override { ++mistakes; }
};

struct Chip {
  Technology technology = bench::technology();
  EnergyAccount account;
  PowerDomain always{"always",
                     {.points = {{0.9, 100'000'000}}, .clock_can_gate = false, .power_can_gate = false},
                     technology.scaling(),
                     account};
  PowerDomain gated{"gated", bench::megahertz_100(), technology.scaling(), account};
  std::string printed;
  sc_time printed_at;
  Recorder recorder;

  Uart uart{"uart", {.baud = 1'000'000}, gated, account, technology, [this](char c) {
              printed += c;
              printed_at = sc_time_stamp();
            }};
  Uart instant{"instant",  {.baud = std::nullopt},          always, account,
               technology, [this](char c) { printed += c; }};
  Clint clint{"clint", {.timebase_hertz = 3'000'000, .harts = 2}, always, account, technology};
  Plic plic{"plic", {.sources = 40, .contexts = 2}, always, account, technology};
  PowerManager power{"power", always, account, technology, {&always, &gated}};
  RunMonitor monitor{"monitor", {.most_output_bytes = 8}, account, recorder};

  bench::Master to_uart{"to_uart"}, to_instant{"to_instant"}, to_clint{"to_clint"}, to_plic{"to_plic"},
      to_power{"to_power"}, to_monitor{"to_monitor"};
  Signal uart_interrupt{"uart_interrupt"}, instant_interrupt{"instant_interrupt"};
  sc_core::sc_vector<Signal> timer{"timer", 2}, software{"software", 2}, sources{"source_lines", 40},
      harts{"harts", 2};

  Chip() {
    to_uart.socket.bind(uart.registers);
    to_instant.socket.bind(instant.registers);
    to_clint.socket.bind(clint.registers);
    to_plic.socket.bind(plic.registers);
    to_power.socket.bind(power.registers);
    to_monitor.socket.bind(monitor.registers);
    uart.interrupt(uart_interrupt);
    instant.interrupt(instant_interrupt);
    for (unsigned i = 0; i < 2; ++i) {
      clint.timer_interrupt[i](timer[i]);
      clint.software_interrupt[i](software[i]);
      plic.hart_interrupt[i](harts[i]);
    }
    for (unsigned i = 0; i < 40; ++i) plic.sources[i](sources[i]);
  }
};

void tick() {
  sc_core::wait(1, SC_NS);
}

void uart_sends_at_its_baud_rate(Chip& chip) {
  bench::Master& uart = chip.to_uart;
  const sc_time begin = sc_time_stamp();
  uart.write<std::uint8_t>(KASANE_UART_DATA, 'a');
  EXPECT_EQ(uart.read<std::uint8_t>(KASANE_UART_LINE_STATUS), KASANE_UART_LSR_THR_EMPTY);
  uart.write<std::uint8_t>(KASANE_UART_DATA, 'b');
  EXPECT_EQ(uart.read<std::uint8_t>(KASANE_UART_LINE_STATUS), 0);
  sc_core::wait(sc_time(25, sc_core::SC_US));
  EXPECT_EQ(chip.printed, "ab");
  EXPECT_EQ(chip.printed_at - begin, sc_time(20, sc_core::SC_US));  // 2 characters of 10 bits at 1 Mbit/s
  EXPECT_EQ(uart.read<std::uint8_t>(KASANE_UART_LINE_STATUS),
            KASANE_UART_LSR_THR_EMPTY | KASANE_UART_LSR_IDLE);

  uart.write<std::uint8_t>(KASANE_UART_LINE_CONTROL, 0x83);  // divisor 0x0102; interrupts stay off
  uart.write<std::uint8_t>(KASANE_UART_DATA, 2);
  uart.write<std::uint8_t>(KASANE_UART_INTERRUPT_ENABLE, 1);
  EXPECT_EQ(uart.read<std::uint8_t>(KASANE_UART_DATA), 2);
  uart.write<std::uint8_t>(KASANE_UART_INTERRUPT_ENABLE, 0);
  uart.write<std::uint8_t>(KASANE_UART_LINE_CONTROL, 0x03);
  EXPECT_EQ(uart.read<std::uint8_t>(KASANE_UART_INTERRUPT_ENABLE), 0);
  const sc_time again = sc_time_stamp();
  uart.write<std::uint8_t>(KASANE_UART_DATA, 'c');
  sc_core::wait(sc_time(25, sc_core::SC_US));
  EXPECT_EQ(chip.printed_at - again, sc_time(20, sc_core::SC_US));  // half the rate
  EXPECT_EQ(chip.printed, "abc");
}

void uart_interrupts(Chip& chip) {
  bench::Master& uart = chip.to_uart;
  uart.write<std::uint8_t>(KASANE_UART_INTERRUPT_ENABLE, 3);
  tick();
  EXPECT_TRUE(chip.uart_interrupt.read());
  EXPECT_EQ(uart.read<std::uint8_t>(KASANE_UART_INTERRUPT_IDENTITY), 0x02);  // acknowledges
  tick();
  EXPECT_FALSE(chip.uart_interrupt.read());
  chip.uart.receive('x');
  chip.uart.receive('y');  // no FIFO yet: overrun
  tick();
  EXPECT_TRUE(chip.uart_interrupt.read());
  EXPECT_EQ(uart.read<std::uint8_t>(KASANE_UART_INTERRUPT_IDENTITY), 0x04);
  EXPECT_EQ(uart.read<std::uint8_t>(KASANE_UART_LINE_STATUS) & 3, 3);
  EXPECT_EQ(uart.read<std::uint8_t>(KASANE_UART_DATA), 'x');
  tick();
  EXPECT_FALSE(chip.uart_interrupt.read());
  uart.write<std::uint8_t>(KASANE_UART_INTERRUPT_IDENTITY, 1);  // FIFOs on
  for (char c = 'a'; c < 'a' + 17; ++c) chip.uart.receive(static_cast<std::uint8_t>(c));
  std::string got;
  while ((uart.read<std::uint8_t>(KASANE_UART_LINE_STATUS) & KASANE_UART_LSR_DATA_READY) != 0) {
    got += static_cast<char>(uart.read<std::uint8_t>(KASANE_UART_DATA));
  }
  EXPECT_EQ(got, "abcdefghijklmnop");
  std::uint32_t word = 0;
  EXPECT_NE(uart.access(tlm::TLM_READ_COMMAND, 0, &word, 4), tlm::TLM_OK_RESPONSE);
  chip.printed.clear();
  for (const char c : {'k', 'a', 's'}) chip.to_instant.write<std::uint8_t>(0, static_cast<std::uint8_t>(c));
  EXPECT_EQ(chip.printed, "kas");
}

void uart_receives_as_from_a_patient_typist(Chip& chip) {
  bench::Master& uart = chip.to_uart;
  uart.write<std::uint8_t>(KASANE_UART_INTERRUPT_IDENTITY, 3);  // FIFOs on and empty
  chip.uart.line_in("0123456789");
  sc_core::wait(sc_time(45, sc_core::SC_US));  // 20 us each, by the divisor: two have come whole
  EXPECT_EQ(uart.read<std::uint8_t>(KASANE_UART_DATA), '0');
  EXPECT_EQ(chip.uart.on_line(), 8u);
  EXPECT_EQ(uart.read<std::uint8_t>(KASANE_UART_DATA), '1');
  EXPECT_EQ(uart.read<std::uint8_t>(KASANE_UART_LINE_STATUS) & KASANE_UART_LSR_DATA_READY, 0);
  const std::string text = "a line that is longer than the FIFO of 16 bytes";
  chip.uart.line_in(text);
  sc_core::wait(sc_time(1, sc_core::SC_MS));
  EXPECT_EQ(chip.uart.on_line(), 8 + text.size() - 16);
  std::string got;
  while (got.size() < 8 + text.size()) {
    const auto status = uart.read<std::uint8_t>(KASANE_UART_LINE_STATUS);
    ASSERT_EQ(status & 2, 0) << "an overrun";
    if ((status & KASANE_UART_LSR_DATA_READY) != 0) {
      got += static_cast<char>(uart.read<std::uint8_t>(KASANE_UART_DATA));
    } else {
      sc_core::wait(sc_time(10, sc_core::SC_US));
    }
  }
  EXPECT_EQ(got, "23456789" + text);
}

void debuggers_change_nothing_by_reading(Chip& chip) {
  bench::Master& uart = chip.to_uart;
  chip.uart.receive('p');
  EXPECT_EQ(uart.peek<std::uint8_t>(KASANE_UART_DATA), 'p');
  EXPECT_EQ(uart.peek<std::uint8_t>(KASANE_UART_DATA), 'p');
  EXPECT_EQ(uart.read<std::uint8_t>(KASANE_UART_DATA), 'p');
  bench::Master& plic = chip.to_plic;
  plic.write(KASANE_PLIC_PRIORITY + 4 * 9, 1);
  plic.write(KASANE_PLIC_ENABLE, 1u << 9);
  chip.sources[8].write(true);
  tick();
  EXPECT_EQ(plic.peek(KASANE_PLIC_CLAIM), 9u);
  EXPECT_EQ(plic.peek(KASANE_PLIC_CLAIM), 9u);  // not claimed
  EXPECT_TRUE(chip.harts[0].read());
  chip.sources[8].write(false);
  EXPECT_EQ(plic.read(KASANE_PLIC_CLAIM), 9u);
  plic.write(KASANE_PLIC_CLAIM, 9);
  plic.write(KASANE_PLIC_ENABLE, 0);
  plic.write(KASANE_PLIC_PRIORITY + 4 * 9, 0);
  tick();
}

void clint_compares_to_the_picosecond(Chip& chip) {
  bench::Master& clint = chip.to_clint;
  clint.write<std::uint64_t>(KASANE_CLINT_MTIME, 0xFFFFFFFF0);
  EXPECT_EQ(clint.read<std::uint64_t>(KASANE_CLINT_MTIME), 0xFFFFFFFF0u);
  const std::uint64_t elapsed = sc_time_stamp().value() * 3 / 1'000'000;  // ticks of 1/3 us since the start
  const std::uint64_t wanted = (elapsed + 100) * 1'000'000;
  const sc_time at = sc_time::from_value((wanted + 2) / 3);  // rounded up to a picosecond
  clint.write<std::uint64_t>(KASANE_CLINT_MTIMECMP + 8, 0xFFFFFFFF0 + 100);
  sc_core::wait(chip.timer[1].posedge_event());
  EXPECT_EQ(sc_time_stamp(), at);
  EXPECT_FALSE(chip.timer[0].read());
  EXPECT_EQ(clint.read(KASANE_CLINT_MTIME + 4), 0x10u);
  EXPECT_EQ(clint.read<std::uint64_t>(KASANE_CLINT_MTIME), 0xFFFFFFFF0u + 100);
  clint.write<std::uint64_t>(KASANE_CLINT_MTIMECMP + 8, ~std::uint64_t{0} - 1);  // beyond all simulated time
  tick();
  EXPECT_FALSE(chip.timer[1].read());
  clint.write<std::uint64_t>(KASANE_CLINT_MTIME, ~std::uint64_t{0} - 1);
  tick();
  EXPECT_TRUE(chip.timer[1].read());
  clint.write(KASANE_CLINT_MSIP, 0xFFFFFFFF);
  tick();
  EXPECT_TRUE(chip.software[0].read());
  EXPECT_FALSE(chip.software[1].read());
  EXPECT_EQ(clint.read(KASANE_CLINT_MSIP), 1u);
}

void plic_claims_and_completes(Chip& chip) {
  bench::Master& plic = chip.to_plic;
  plic.write(KASANE_PLIC_PRIORITY + 4 * 3, 2);
  plic.write(KASANE_PLIC_PRIORITY + 4 * 7, 5);
  plic.write(KASANE_PLIC_PRIORITY + 4 * 35, 5);
  plic.write(KASANE_PLIC_ENABLE, 1u << 3 | 1u << 7 | 1u);
  plic.write(KASANE_PLIC_ENABLE + 4, 1u << 3);
  EXPECT_EQ(plic.read(KASANE_PLIC_ENABLE), 1u << 3 | 1u << 7);  // source 0 does not exist
  for (const unsigned number : {3u, 7u, 35u}) chip.sources[number - 1].write(true);
  tick();
  EXPECT_TRUE(chip.harts[0].read());
  EXPECT_FALSE(chip.harts[1].read());
  EXPECT_EQ(plic.read(KASANE_PLIC_PENDING + 4), 1u << 3);
  EXPECT_EQ(plic.read(KASANE_PLIC_CLAIM), 7u);  // equal priorities: the lower number
  EXPECT_EQ(plic.read(KASANE_PLIC_CLAIM), 35u);
  plic.write(KASANE_PLIC_THRESHOLD, 2);
  tick();
  EXPECT_FALSE(chip.harts[0].read());           // priority 2 is not above 2
  EXPECT_EQ(plic.read(KASANE_PLIC_CLAIM), 3u);  // but can be claimed
  EXPECT_EQ(plic.read(KASANE_PLIC_CLAIM), 0u);
  plic.write(KASANE_PLIC_CLAIM + KASANE_PLIC_CONTEXT_STRIDE, 7);  // not enabled in context 1: ignored
  tick();
  EXPECT_FALSE(chip.harts[0].read());
  plic.write(KASANE_PLIC_CLAIM, 7);  // its line is still high: pends again
  tick();
  EXPECT_TRUE(chip.harts[0].read());
  chip.sources[6].write(false);
  tick();
  EXPECT_EQ(plic.read(KASANE_PLIC_CLAIM), 7u);  // a forwarded request is not taken back
  plic.write(KASANE_PLIC_CLAIM, 7);
  tick();
  EXPECT_FALSE(chip.harts[0].read());
  plic.write(KASANE_PLIC_CLAIM, 0xFFFFFFFF);
  plic.write(KASANE_PLIC_PRIORITY + 4 * 7, 0xFFFFFFFF);
  EXPECT_EQ(plic.read(KASANE_PLIC_PRIORITY + 4 * 7), 7u);
}

void power_manager_gates(Chip& chip) {
  bench::Master& power = chip.to_power;
  const std::uint64_t always = KASANE_POWER_DOMAINS;
  const std::uint64_t gated = KASANE_POWER_DOMAINS + KASANE_POWER_STRIDE;
  EXPECT_EQ(power.read(KASANE_POWER_DOMAIN_COUNT), 2u);
  power.write(always + KASANE_DOMAIN_CONTROL, 0);
  EXPECT_EQ(power.read(always + KASANE_DOMAIN_CONTROL), 3u);
  EXPECT_EQ(power.read(always + KASANE_DOMAIN_STATUS), 3u);  // ready, fault
  power.write(always + KASANE_DOMAIN_CONTROL, 3);
  EXPECT_EQ(power.read(always + KASANE_DOMAIN_STATUS), 1u);

  power.write(gated + KASANE_DOMAIN_POINT, 1);
  EXPECT_EQ(power.read(gated + KASANE_DOMAIN_MILLIVOLTS), 700u);
  EXPECT_EQ(power.read(gated + KASANE_DOMAIN_KILOHERTZ), 50'000u);
  EXPECT_EQ(power.read(gated + KASANE_DOMAIN_WAKE_NANOSECONDS), 1000u);
  power.write(gated + KASANE_DOMAIN_POINT, 2);
  EXPECT_EQ(power.read(gated + KASANE_DOMAIN_POINT), 1u);
  EXPECT_EQ(power.read(gated + KASANE_DOMAIN_STATUS), 3u);
  power.write(gated + KASANE_DOMAIN_POINT, 0);

  // The UART's 344 flip-flops: clocked, clock gated and power gated for 10 us each, in a layer of their own.
  const sc_time span(10, sc_core::SC_US);
  LayerId layer = 40;
  for (const std::uint32_t control : {3u, 2u, 0u}) {
    power.write(gated + KASANE_DOMAIN_CONTROL, control);
    chip.account.enter_layer(layer++);
    sc_core::wait(span);
  }
  chip.account.enter_layer(no_layer);
  const auto& layers = chip.account.blocks()[0].layers;
  const double bits = 344;
  const double clock = bits * chip.technology.joules("register_bit_clock").value * 1000;  // cycles in 10 us
  const double leakage = bits * chip.technology.leakage_watts("register_bit").value * 10e-6;
  EXPECT_NEAR(layers.at(40).energy.dynamic, clock, 1e-9 * clock);
  EXPECT_NEAR(layers.at(40).energy.leakage, leakage, 1e-9 * leakage);
  EXPECT_EQ(layers.at(41).energy.dynamic, 0);
  EXPECT_NEAR(layers.at(41).energy.leakage, leakage, 1e-9 * leakage);
  EXPECT_EQ(layers.at(42).energy.total(), 0);

  std::uint8_t byte = 0;
  EXPECT_NE(chip.to_uart.access(tlm::TLM_READ_COMMAND, 5, &byte, 1), tlm::TLM_OK_RESPONSE);
  power.write(gated + KASANE_DOMAIN_CONTROL, 3);
  sc_core::wait(999, SC_NS);
  EXPECT_EQ(power.read(gated + KASANE_DOMAIN_STATUS), 0u);
  sc_core::wait(1, SC_NS);
  EXPECT_EQ(power.read(gated + KASANE_DOMAIN_STATUS), 1u);
  EXPECT_EQ(chip.to_uart.access(tlm::TLM_READ_COMMAND, 5, &byte, 1), tlm::TLM_OK_RESPONSE);
}

void monitor_reports(Chip& chip) {
  bench::Master& monitor = chip.to_monitor;
  monitor.write(KASANE_MONITOR_IMAGES_TOTAL, 10);
  EXPECT_EQ(chip.recorder.total, 10u);
  monitor.write(KASANE_MONITOR_IMAGE_END, 1);  // outside of an image
  EXPECT_TRUE(chip.recorder.images.empty());
  monitor.write(KASANE_MONITOR_LAYER, 6);
  EXPECT_EQ(chip.account.layer(), 6);
  const sc_time begin = sc_time_stamp() + sc_time(40, SC_NS);
  std::uint32_t index = 4;
  monitor.access(tlm::TLM_WRITE_COMMAND, KASANE_MONITOR_IMAGE_BEGIN, &index, 4, sc_time(40, SC_NS));
  for (const std::uint32_t word : {0x04030201u, 0x08070605u, 9u}) monitor.write(KASANE_MONITOR_OUTPUT, word);
  sc_core::wait(100, SC_NS);
  monitor.write(KASANE_MONITOR_IMAGE_END, 7 | 3 << 16);
  const ImageResult image = chip.recorder.images.at(0);
  EXPECT_EQ(chip.recorder.begun, std::vector<std::uint32_t>{4});
  EXPECT_EQ(image.index, 4u);
  EXPECT_EQ(image.predicted, 7);
  EXPECT_EQ(image.label, 3);
  EXPECT_EQ(image.begin, begin);
  EXPECT_EQ(image.end - image.begin, sc_time(100, SC_NS));
  EXPECT_EQ(image.output, (std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_TRUE(image.output_truncated);
  monitor.write(KASANE_MONITOR_EXIT, 5);
  EXPECT_EQ(chip.recorder.code, 5u);
}

TEST(Peripherals, BehaveAsTheirContractsSay) {
  Chip chip;
  bool finished = false;
  bench::Stimulus stimulus("stimulus", [&] {
    uart_sends_at_its_baud_rate(chip);
    uart_interrupts(chip);
    uart_receives_as_from_a_patient_typist(chip);
    debuggers_change_nothing_by_reading(chip);
    clint_compares_to_the_picosecond(chip);
    plic_claims_and_completes(chip);
    power_manager_gates(chip);
    monitor_reports(chip);
    finished = true;
  });
  sc_core::sc_start(sc_time(10, sc_core::SC_MS));
  EXPECT_TRUE(finished);
}

}  // namespace
}  // namespace kasane
