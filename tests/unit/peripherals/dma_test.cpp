/// DMA engine and, through it, the front that engines share: times, bytes, errors, reset and gating.
#include "platform/peripherals/dma.h"

#include <gtest/gtest.h>

#include "tests/unit/peripherals/bench.h"

namespace kasane {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

constexpr std::uint64_t commands_at = 0x8000;

struct Chip {
  explicit Chip(const char* name, std::uint32_t fifo_bursts)
      : dma(name, DmaConfig{.fifo_bursts = fifo_bursts}, domain, account, technology),
        memory((std::string(name) + "_memory").c_str(), sc_time(100, SC_NS), sc_time(90, SC_NS)),
        master((std::string(name) + "_master").c_str()),
        interrupt((std::string(name) + "_interrupt").c_str()) {
    connect();
  }
  Technology technology = bench::technology();
  EnergyAccount account;
  PowerDomain domain{"dma", bench::megahertz_100(), technology.scaling(), account};
  Dma dma;
  bench::Memory memory;
  bench::Master master;
  sc_core::sc_signal<bool> interrupt;

  void connect() {
    dma.bus.socket.bind(memory.socket);
    master.socket.bind(dma.registers);
    dma.interrupt(interrupt);
    for (std::size_t i = 0; i < 0x2000; ++i) memory.bytes[i] = static_cast<std::uint8_t>(i * 7 + (i >> 8));
  }

  void start(const kasane_dma_copy& copy) {
    std::memcpy(memory.bytes.data() + commands_at, &copy, sizeof(copy));
    master.write(KASANE_ENGINE_CONTROL, KASANE_CONTROL_INTERRUPT_ENABLE);
    master.write<std::uint64_t>(KASANE_ENGINE_COMMAND_LOW, commands_at);
    master.write(KASANE_ENGINE_COMMAND_COUNT, 1);
    memory.reads = memory.writes = 0;
    master.write(KASANE_ENGINE_DOORBELL, 1);
  }
  /// Waits for the interrupt, acknowledges it, returns how long it took.
  sc_time finish() {
    const sc_time begin = sc_core::sc_time_stamp();
    if (!interrupt.read()) sc_core::wait(interrupt.posedge_event());
    const sc_time took = sc_core::sc_time_stamp() - begin;
    master.write(KASANE_ENGINE_INTERRUPT, 3);
    sc_core::wait(1, SC_NS);
    EXPECT_FALSE(interrupt.read());
    return took;
  }
  std::uint32_t error_of(const kasane_dma_copy& copy) {
    start(copy);
    finish();
    EXPECT_EQ(master.read(KASANE_ENGINE_STATUS), std::uint32_t{KASANE_STATUS_ERROR});
    return master.read(KASANE_ENGINE_ERROR);
  }
};

kasane_dma_copy copy_of(std::uint32_t row_bytes, std::uint32_t rows, std::uint32_t planes) {
  kasane_dma_copy copy{};
  copy.header = {KASANE_DMA_COPY, 5, 0};
  copy.source = 0;
  copy.destination = 0x4000;
  copy.row_bytes = row_bytes;
  copy.rows = rows;
  copy.planes = planes;
  copy.source_row_pitch = copy.destination_row_pitch = row_bytes;
  copy.source_plane_pitch = copy.destination_plane_pitch = row_bytes * rows;
  return copy;
}

void contiguous_rows_merge_and_overlap(Chip& chip) {
  chip.start(copy_of(16, 16, 1));  // 256 bytes: 4 bursts
  // fetch 100, set-up 4 cycles 40, first read 100, three more reads of 100 hide the writes, last write 90
  EXPECT_EQ(chip.finish(), sc_time(100 + 40 + 4 * 100 + 90, SC_NS));
  EXPECT_EQ(chip.memory.reads, 1u + 4u);
  EXPECT_EQ(chip.memory.writes, 4u);
  EXPECT_EQ(std::memcmp(chip.memory.bytes.data(), chip.memory.bytes.data() + 0x4000, 256), 0);
  EXPECT_EQ(chip.master.read(KASANE_ENGINE_COMMANDS_DONE), 1u);
  EXPECT_EQ(chip.master.read<std::uint64_t>(KASANE_ENGINE_CYCLES_LOW), 53u);  // 530 ns at 100 MHz
  const BlockEntry& block = chip.account.blocks()[chip.dma.block().index];
  EXPECT_EQ(block.bytes().read, 256u);
  EXPECT_EQ(block.bytes().written, 256u);
  EXPECT_EQ(block.busy, sc_time(530, SC_NS));
  EXPECT_DOUBLE_EQ(block.layers.at(5).energy.dynamic,  // into the FIFO and out of it
                   2 * 256 * 8 * chip.technology.joules("register_bit").value);
}

void one_slot_does_not_overlap(Chip& chip) {
  chip.start(copy_of(256, 1, 1));
  EXPECT_EQ(chip.finish(), sc_time(100 + 40 + 4 * (100 + 90), SC_NS));
}

void three_dimensions(Chip& chip) {
  kasane_dma_copy copy = copy_of(10, 3, 2);
  copy.source_row_pitch = 32;
  copy.source_plane_pitch = 256;
  std::fill(chip.memory.bytes.begin() + 0x4000, chip.memory.bytes.begin() + 0x5000, std::uint8_t{0});
  chip.start(copy);
  chip.finish();
  EXPECT_EQ(chip.memory.writes, 6u);
  for (unsigned plane = 0; plane < 2; ++plane) {
    for (unsigned row = 0; row < 3; ++row) {
      EXPECT_EQ(std::memcmp(chip.memory.bytes.data() + plane * 256 + row * 32,
                            chip.memory.bytes.data() + 0x4000 + plane * 30 + row * 10, 10),
                0);
    }
  }
  EXPECT_EQ(chip.memory.bytes[0x4000 + 60], 0);
}

void refuses_bad_commands(Chip& chip) {
  kasane_dma_copy copy = copy_of(16, 1, 1);
  copy.header.opcode = 9;
  EXPECT_EQ(chip.error_of(copy), std::uint32_t{KASANE_ERROR_OPCODE});
  copy = copy_of(16, 1, 1);
  copy.source_space = 1;
  EXPECT_EQ(chip.error_of(copy), std::uint32_t{KASANE_ERROR_PARAMETER});
  copy = copy_of(16, 1, 1);
  copy.reserved[73] = 1;
  EXPECT_EQ(chip.error_of(copy), std::uint32_t{KASANE_ERROR_PARAMETER});
  copy = copy_of(16, 1, 1);
  copy.header.reserved = 1;
  EXPECT_EQ(chip.error_of(copy), std::uint32_t{KASANE_ERROR_PARAMETER});
  EXPECT_EQ(chip.error_of(copy_of(16, 0, 1)), std::uint32_t{KASANE_ERROR_PARAMETER});
  EXPECT_EQ(chip.error_of(copy_of(0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF)),
            std::uint32_t{KASANE_ERROR_PARAMETER});
  copy = copy_of(16, 1, 1);
  copy.destination = 0x100000;
  EXPECT_EQ(chip.error_of(copy), std::uint32_t{KASANE_ERROR_ADDRESS});
  copy.destination = ~std::uint64_t{0} - 3;
  EXPECT_EQ(chip.error_of(copy), std::uint32_t{KASANE_ERROR_ADDRESS});
}

void front_errors(Chip& chip) {
  chip.start(copy_of(16, 1, 1));
  chip.master.write(KASANE_ENGINE_DOORBELL, 1);
  EXPECT_EQ(chip.master.read(KASANE_ENGINE_ERROR), std::uint32_t{KASANE_ERROR_BUSY});
  chip.finish();
  EXPECT_EQ(chip.master.read(KASANE_ENGINE_COMMANDS_DONE), 1u);
  chip.master.write(KASANE_ENGINE_COMMAND_COUNT, 0);
  chip.master.write(KASANE_ENGINE_DOORBELL, 1);
  EXPECT_EQ(chip.master.read(KASANE_ENGINE_ERROR), std::uint32_t{KASANE_ERROR_COUNT});
  chip.finish();
  chip.master.write(KASANE_ENGINE_COMMAND_COUNT, 1);
  chip.master.write<std::uint64_t>(KASANE_ENGINE_COMMAND_LOW, 0xFFFF0000FFFF0000);
  chip.master.write(KASANE_ENGINE_DOORBELL, 1);
  chip.finish();
  EXPECT_EQ(chip.master.read(KASANE_ENGINE_ERROR), std::uint32_t{KASANE_ERROR_FETCH});
  for (std::uint64_t offset = 0; offset < 0x40; ++offset) {  // byte accesses are bus errors, nothing more
    std::uint8_t byte = 0xFF;
    EXPECT_NE(chip.master.access(tlm::TLM_WRITE_COMMAND, offset, &byte, 1), tlm::TLM_OK_RESPONSE);
  }
}

void reset_and_gating_in_mid_command(Chip& chip) {
  chip.start(copy_of(4096, 1, 1));
  sc_core::wait(1, sc_core::SC_US);
  chip.master.write(KASANE_ENGINE_CONTROL, KASANE_CONTROL_RESET);
  sc_core::wait(1, sc_core::SC_US);
  EXPECT_EQ(chip.master.read(KASANE_ENGINE_STATUS), 0u);
  EXPECT_LT(chip.memory.writes, 15u);

  chip.start(copy_of(4096, 1, 1));
  sc_core::wait(1, sc_core::SC_US);
  chip.domain.set_clock(false);
  sc_core::wait(50, sc_core::SC_US);
  EXPECT_EQ(chip.master.read(KASANE_ENGINE_STATUS), std::uint32_t{KASANE_STATUS_BUSY});
  chip.domain.set_clock(true);
  chip.finish();
  EXPECT_EQ(chip.memory.writes, 64u);

  chip.domain.set_clock(false);
  chip.master.write(KASANE_ENGINE_DOORBELL, 1);
  EXPECT_EQ(chip.master.read(KASANE_ENGINE_ERROR), std::uint32_t{KASANE_ERROR_CLOCK_GATED});
  chip.domain.set_clock(true);

  chip.start(copy_of(4096, 1, 1));
  sc_core::wait(1, sc_core::SC_US);
  chip.domain.set_power(false);
  std::uint32_t word = 0;
  EXPECT_NE(chip.master.access(tlm::TLM_READ_COMMAND, 0, &word, 4), tlm::TLM_OK_RESPONSE);
  sc_core::wait(2, sc_core::SC_US);
  chip.domain.set_power(true);
  EXPECT_NE(chip.master.access(tlm::TLM_READ_COMMAND, 0, &word, 4), tlm::TLM_OK_RESPONSE);  // still waking
  sc_core::wait(2, sc_core::SC_US);
  EXPECT_EQ(chip.master.read(KASANE_ENGINE_STATUS), 0u);
  EXPECT_EQ(chip.master.read(KASANE_ENGINE_COMMAND_COUNT), 0u);
  chip.start(copy_of(64, 1, 1));
  chip.finish();
  EXPECT_EQ(chip.master.read(KASANE_ENGINE_STATUS), std::uint32_t{KASANE_STATUS_DONE});
}

TEST(Dma, BehavesAsItsContractSays) {
  Chip chip("dma", 2);
  Chip serial("serial", 1);
  bool finished = false;
  bench::Stimulus stimulus("stimulus", [&] {
    contiguous_rows_merge_and_overlap(chip);
    one_slot_does_not_overlap(serial);
    three_dimensions(chip);
    refuses_bad_commands(chip);
    front_errors(chip);
    reset_and_gating_in_mid_command(chip);
    finished = true;
  });
  sc_core::sc_start(sc_time(10, sc_core::SC_MS));
  EXPECT_TRUE(finished);
}

}  // namespace
}  // namespace kasane
