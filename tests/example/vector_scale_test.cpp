/// The example engine on a bus with a RAM, used as firmware would use it.
#include "tests/example/vector_scale.h"

#include <cstring>
#include <functional>
#include <gtest/gtest.h>
#include <vector>

#include <systemc>
#include <tlm_utils/simple_initiator_socket.h>

#include "platform/bus/bus.h"
#include "platform/peripherals/memory.h"

namespace kasane::example {
namespace {

constexpr std::uint64_t ram_base = 0x4000'0000;
constexpr std::uint64_t engine_base = 0x2000'0000;

struct Chip : sc_core::sc_module {
  Technology technology = Technology::load({.file = KASANE_SOURCE_DIR "/models/technology/tables/45nm.yaml"});
  EnergyAccount account;
  PowerDomain domain{"all", {.points = {{0.9, 100'000'000}}}, technology.scaling(), account};
  tlm_utils::simple_initiator_socket<Chip> software{"software"};
  Bus bus{"bus",
          {.initiators = {{"software"}, {"engine"}},
           .targets = {{"ram", ram_base, 64 * 1024}, {"engine", engine_base, KASANE_ENGINE_REGISTER_BYTES}}},
          domain,
          account,
          technology};
  Memory ram{"ram", {.bytes = 64 * 1024}, domain, account, technology};
  VectorScale engine{"engine", {.lanes = 4}, domain, account, technology};
  sc_core::sc_signal<bool> interrupt;

  std::function<void()> program;  ///< the software; runs as a process from time 0

  explicit Chip(sc_core::sc_module_name name) : sc_module(name) {
    SC_HAS_PROCESS(Chip);
    SC_THREAD(run_program);
    software.bind(bus.initiator("software"));
    engine.bus.socket.bind(bus.initiator("engine"));
    bus.target("ram").bind(ram.socket);
    bus.target("engine").bind(engine.registers);
    engine.interrupt.bind(interrupt);
  }

  void run_program() { program(); }

  void debug(tlm::tlm_command command, std::uint64_t address, void* data, unsigned bytes) {
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(address);
    payload.set_data_ptr(static_cast<unsigned char*>(data));
    payload.set_data_length(bytes);
    ASSERT_EQ(software->transport_dbg(payload), bytes);
  }

  std::uint32_t access(tlm::tlm_command command, std::uint64_t offset, std::uint32_t value) {
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(engine_base + offset);
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
    payload.set_data_length(sizeof(value));
    payload.set_streaming_width(sizeof(value));
    sc_core::sc_time delay;
    software->b_transport(payload, delay);
    EXPECT_TRUE(payload.is_response_ok());
    wait(delay);
    return value;
  }

  /// Runs one command, sleeps until its interrupt; returns the engine's error register.
  std::uint32_t run(vector_scale_command command) {
    debug(tlm::TLM_WRITE_COMMAND, ram_base, &command, sizeof(command));
    access(tlm::TLM_WRITE_COMMAND, KASANE_ENGINE_CONTROL, KASANE_CONTROL_INTERRUPT_ENABLE);
    access(tlm::TLM_WRITE_COMMAND, KASANE_ENGINE_COMMAND_LOW, ram_base);
    access(tlm::TLM_WRITE_COMMAND, KASANE_ENGINE_COMMAND_COUNT, 1);
    access(tlm::TLM_WRITE_COMMAND, KASANE_ENGINE_DOORBELL, 1);
    wait(interrupt.posedge_event());
    access(tlm::TLM_WRITE_COMMAND, KASANE_ENGINE_INTERRUPT, KASANE_INTERRUPT_DONE | KASANE_INTERRUPT_ERROR);
    return access(tlm::TLM_READ_COMMAND, KASANE_ENGINE_ERROR, 0);
  }
};

constexpr vector_scale_command command{.header = {.opcode = VECTOR_SCALE_RUN, .layer = 2, .reserved = 0},
                                       .input = ram_base + 0x1000,
                                       .output = ram_base + 0x2000,
                                       .count = 9,
                                       .factor = -2,
                                       .reserved = {}};

void check_result(Chip& chip) {
  std::vector<std::int8_t> input{1, -2, 3, 100, -100, 0, 7, 127, -128};
  chip.debug(tlm::TLM_WRITE_COMMAND, command.input, input.data(), command.count);
  EXPECT_EQ(chip.run(command), std::uint32_t{KASANE_ERROR_NONE});

  std::vector<std::int8_t> output(command.count);
  chip.debug(tlm::TLM_READ_COMMAND, command.output, output.data(), command.count);
  EXPECT_EQ(output, (std::vector<std::int8_t>{-2, 4, -6, -128, 127, 0, -14, -128, 127}));

  const BlockEntry& block = chip.account.blocks()[chip.engine.block().index];
  EXPECT_EQ(schedule(command.count, {.lanes = 4}).cycles, 3u);
  EXPECT_GE(block.busy, chip.domain.cycles(3));
  EXPECT_DOUBLE_EQ(block.layers.at(2).energy.dynamic, 9 * 0.2e-12);  // nine int8 multiplications, Horowitz
}

void check_errors(Chip& chip) {
  vector_scale_command bad = command;
  bad.count = 0;
  EXPECT_EQ(chip.run(bad), std::uint32_t{KASANE_ERROR_PARAMETER});
  bad = command;
  bad.input = 0x5000'0000;  // where no memory is
  EXPECT_EQ(chip.run(bad), std::uint32_t{KASANE_ERROR_ADDRESS});
}

TEST(VectorScale, WorksAsFirmwareWouldUseIt) {
  Chip chip("chip");
  bool finished = false;
  chip.program = [&] {
    check_result(chip);
    check_errors(chip);
    finished = true;
  };
  sc_core::sc_start();
  EXPECT_TRUE(finished);
}

}  // namespace
}  // namespace kasane::example
