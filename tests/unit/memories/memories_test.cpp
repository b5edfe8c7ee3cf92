/// RAM, ROM, DRAM and the engines' memories on real sockets: time, energy, power gating, errors.
#include <cstdio>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <unistd.h>

#include "models/common/direct_memory_meter.h"
#include "models/common/transaction_tag.h"
#include "models/feature_map_memory/feature_map_memory.h"
#include "models/weight_memory/weight_memory.h"
#include "platform/peripherals/dram.h"
#include "platform/peripherals/memory.h"
#include "tests/unit/memory_fixture.h"

namespace kasane {
namespace {

using sc_core::sc_time;
constexpr auto read = tlm::TLM_READ_COMMAND;
constexpr auto write = tlm::TLM_WRITE_COMMAND;
using Bytes = std::vector<std::uint8_t>;

FeatureMapMemoryConfig fmm_config(std::uint32_t banks, std::uint32_t port_width, std::uint32_t ports = 1) {
  FeatureMapMemoryConfig config;
  config.bytes = 64 * 1024;
  config.banks = banks;
  config.bank_width_bytes = 8;
  config.port_width_bytes = port_width;
  config.engine_ports = ports;
  return config;
}

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/// Everything these tests look at, in one chip: SystemC elaborates once a program.
struct Chip {
  EnergyAccount account;
  PowerDomain domain{"memories", one_gigahertz(), test_technology().scaling(), account};
  PowerDomain gated{"gated", one_gigahertz(), test_technology().scaling(), account};

  Memory ram{"ram", {.bytes = 65536, .latency_cycles = 2}, gated, account, test_technology()};
  BootRom rom{"rom", {.bytes = 4096}, gated, account, test_technology()};
  FeatureMapMemory wide{"wide", fmm_config(8, 32, 2), domain, account, test_technology()};
  FeatureMapMemory few_banks{"few_banks", fmm_config(4, 64), domain, account, test_technology()};
  FeatureMapMemory fewer_banks{"fewer_banks", fmm_config(2, 64), domain, account, test_technology()};
  WeightMemory weights{"weights", {}, gated, account, test_technology()};
  Dram dram{"dram", {}, gated, account, test_technology()};

  TestInitiator to_ram{"to_ram"}, to_rom{"to_rom"}, to_wide{"to_wide"}, to_wide_2{"to_wide_2"},
      to_wide_bus{"to_wide_bus"}, to_few{"to_few"}, to_fewer{"to_fewer"}, to_weights{"to_weights"},
      to_weights_bus{"to_weights_bus"}, to_few_bus{"to_few_bus"}, to_fewer_bus{"to_fewer_bus"},
      to_dram{"to_dram"}, tester{"tester"};

  Chip() {
    to_ram.socket.bind(ram.socket);
    to_rom.socket.bind(rom.socket);
    to_wide.socket.bind(wide.engine_ports[0]);
    to_wide_2.socket.bind(wide.engine_ports[1]);
    to_wide_bus.socket.bind(wide.bus);
    to_few.socket.bind(few_banks.engine_ports[0]);
    to_few_bus.socket.bind(few_banks.bus);
    to_fewer.socket.bind(fewer_banks.engine_ports[0]);
    to_fewer_bus.socket.bind(fewer_banks.bus);
    to_weights.socket.bind(weights.engine_ports[0]);
    to_weights_bus.socket.bind(weights.bus);
    to_dram.socket.bind(dram.socket);
    tester.socket.bind(spare.socket);
  }

  std::uint64_t count(BlockId block, std::string_view name) const {
    for (const OperationId id : account.blocks()[block.index].operations) {
      if (account.operation(id).name == name) return account.operation(id).count;
    }
    ADD_FAILURE() << "no operation " << name;
    return 0;
  }
  double watts(BlockId block) {
    account.settle();
    const double before = account.blocks()[block.index].energy().total();
    sc_core::wait(sc_time(1, sc_core::SC_US));
    account.settle();
    return (account.blocks()[block.index].energy().total() - before) / 1e-6;
  }

 private:
  Memory spare{"spare", {.bytes = 4096}, domain, account, test_technology()};
};

/// Time that one access, starting now, takes; leaves the simulation after it.
sc_time taken(TestInitiator& initiator, tlm::tlm_command command, std::uint64_t address, std::size_t bytes) {
  const sc_time begin = sc_core::sc_time_stamp();
  return initiator.spend(command, address, bytes) - begin;
}

/// Times of accesses that start together, in this order.
std::vector<sc_time> together(std::vector<std::pair<TestInitiator*, std::uint64_t>> accesses,
                              std::size_t bytes) {
  std::vector<sc_time> times;
  for (const auto& [initiator, address] : accesses) {
    Bytes data(bytes);
    sc_time delay;
    initiator->move(read, address, data, delay);
    times.push_back(delay);
  }
  sc_core::wait(sc_time(1, sc_core::SC_US));
  return times;
}

void ram_moves_data_and_time(Chip& chip) {
  Bytes data{1, 2, 3, 4, 5, 6, 7, 8, 9};
  sc_time delay = ns(5);
  EXPECT_EQ(chip.to_ram.move(write, 100, data, delay), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(delay, ns(5 + 2 + 1));  // bytes 100 to 108 lie in two words; the first after 2 cycles
  Bytes back(9);
  sc_core::wait(delay);
  EXPECT_EQ(taken(chip.to_ram, read, 96, 64), ns(2 + 7));
  EXPECT_EQ(chip.to_ram.debug(read, 100, back), 9u);
  EXPECT_EQ(back, data);
  EXPECT_EQ(chip.count(chip.ram.block(), "sram_write_word"), 2u);
  EXPECT_EQ(chip.count(chip.ram.block(), "sram_read_word"), 8u);
  const BlockEntry& entry = chip.account.blocks()[chip.ram.block().index];
  EXPECT_EQ(entry.bytes().read, 64u);
  EXPECT_EQ(entry.bytes().written, 9u);
  EXPECT_EQ(entry.busy, ns(10));
}

void ram_refuses_wrong_accesses(Chip& chip) {
  Bytes data(8);
  sc_time delay;
  EXPECT_EQ(chip.to_ram.move(read, 65536, data, delay), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(chip.to_ram.move(read, 65530, data, delay), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(chip.to_ram.move(read, ~std::uint64_t{0}, data, delay), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(chip.to_ram.move(tlm::TLM_IGNORE_COMMAND, 0, data, delay), tlm::TLM_COMMAND_ERROR_RESPONSE);
  EXPECT_EQ(delay, sc_core::SC_ZERO_TIME);
  EXPECT_EQ(chip.to_ram.debug(read, 65532, data), 4u);
}

void ram_honours_byte_enables(Chip& chip) {
  Bytes before{10, 11, 12, 13};
  chip.to_ram.debug(write, 200, before);
  Bytes data{20, 21, 22, 23};
  unsigned char enables[] = {0xFF, 0};
  TestPayload payload(write, 200, data);
  payload.set_byte_enable_ptr(enables);
  payload.set_byte_enable_length(2);
  sc_time delay;
  chip.to_ram.socket->b_transport(payload, delay);
  Bytes after(4);
  chip.to_ram.debug(read, 200, after);
  EXPECT_EQ(after, (Bytes{20, 11, 22, 13}));
}

void ram_grants_and_meters_dmi(Chip& chip) {
  Bytes none(1);
  TestPayload payload(read, 0, none);
  DirectMemoryMeterRequest request;
  payload.set_extension(&request);
  tlm::tlm_dmi dmi;
  ASSERT_TRUE(chip.to_ram.socket->get_direct_mem_ptr(payload, dmi));
  payload.clear_extension(&request);
  EXPECT_EQ(dmi.get_start_address(), 0u);
  EXPECT_EQ(dmi.get_end_address(), 65535u);
  EXPECT_EQ(dmi.get_read_latency(), ns(2));
  EXPECT_TRUE(dmi.is_read_write_allowed());
  ASSERT_NE(request.meter, nullptr);
  const std::uint64_t reads = chip.count(chip.ram.block(), "sram_read_word");
  const std::uint64_t writes = chip.count(chip.ram.block(), "sram_write_word");
  const sc_time now = sc_core::sc_time_stamp();
  request.meter->book_direct_accesses(30, 4, {now, now + ns(100)}, 3);
  EXPECT_EQ(chip.count(chip.ram.block(), "sram_read_word"), reads + 30);
  EXPECT_EQ(chip.count(chip.ram.block(), "sram_write_word"), writes + 4);
  EXPECT_GT(chip.account.blocks()[chip.ram.block().index].layers.at(3).energy.dynamic, 0);
  sc_core::wait(ns(100));
}

void rom_is_read_only(Chip& chip) {
  Bytes code{0x13, 0, 0, 0};
  EXPECT_EQ(chip.to_rom.debug(write, 0, code), 4u);  // the loader's way
  Bytes data{1, 2, 3, 4};
  sc_time delay;
  EXPECT_EQ(chip.to_rom.move(write, 0, data, delay), tlm::TLM_COMMAND_ERROR_RESPONSE);
  EXPECT_EQ(chip.to_rom.move(read, 0, data, delay), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(data, code);
  tlm::tlm_dmi dmi;
  TestPayload reading(read, 0, data);
  ASSERT_TRUE(chip.to_rom.socket->get_direct_mem_ptr(reading, dmi));
  EXPECT_FALSE(dmi.is_write_allowed());
  TestPayload writing(write, 0, data);
  EXPECT_FALSE(chip.to_rom.socket->get_direct_mem_ptr(writing, dmi));
}

void bandwidth_follows_ports_and_banks(Chip& chip) {
  // 4096 bytes = 512 words. 8 banks x 8 bytes = 64 bytes a cycle; port of 32 bytes: 128 cycles, port-bound.
  EXPECT_EQ(taken(chip.to_wide, read, 0, 4096), ns(128));
  // 4 banks: 32 bytes a cycle, port of 64: 128 cycles, bank-bound. 2 banks: 256 cycles.
  EXPECT_EQ(taken(chip.to_few, read, 0, 4096), ns(128));
  EXPECT_EQ(taken(chip.to_fewer, read, 0, 4096), ns(256));
  // The bus port is 8 bytes wide: 512 cycles.
  EXPECT_EQ(taken(chip.to_wide_bus, write, 0, 4096), ns(512));
  EXPECT_EQ(chip.count(chip.wide.block(), "sram_read_word"), 512u);
  EXPECT_EQ(chip.count(chip.wide.block(), "sram_write_word"), 512u);
  const SramFigures bank = test_technology().sram(8192, 64);
  const Energy spent = chip.account.blocks()[chip.wide.block().index].layers.at(chip.account.layer()).energy;
  EXPECT_GE(spent.dynamic, 512 * (bank.read_joules + bank.write_joules).value);
  EXPECT_EQ(taken(chip.to_wide, read, 6, 4), ns(1));  // two words in two banks
  EXPECT_EQ(chip.count(chip.wide.block(), "sram_read_word"), 514u);
}

void banks_and_ports_conflict(Chip& chip) {
  // The same bank: who comes second waits a cycle. Different banks: nobody waits. (8 banks x 8 bytes: address
  // 64 is again bank 0.)
  EXPECT_EQ(together({{&chip.to_wide, 0}, {&chip.to_wide_2, 64}}, 8), (std::vector{ns(1), ns(2)}));
  EXPECT_EQ(together({{&chip.to_wide, 0}, {&chip.to_wide_2, 8}}, 8), (std::vector{ns(1), ns(1)}));
  // One port serves one access at a time.
  EXPECT_EQ(together({{&chip.to_wide, 0}, {&chip.to_wide, 8}}, 8), (std::vector{ns(1), ns(2)}));
  // A burst of 512 bytes takes a port of 32 bytes 16 cycles and each of the eight banks 8: two ports together
  // take just what the banks give, and a third burst waits for its port.
  EXPECT_EQ(together({{&chip.to_wide, 0}, {&chip.to_wide_2, 512}}, 512), (std::vector{ns(16), ns(16)}));
  EXPECT_EQ(together({{&chip.to_wide, 0}, {&chip.to_wide_2, 512}, {&chip.to_wide, 1024}}, 512),
            (std::vector{ns(16), ns(16), ns(32)}));
}

void gating_makes_errors_and_loses_contents(Chip& chip) {
  Bytes data{1, 2, 3, 4};
  chip.to_ram.debug(write, 0, data);
  chip.to_weights_bus.debug(write, 0, data);
  chip.to_dram.debug(write, 4096, data);
  Bytes back(4);
  sc_time delay;

  ASSERT_TRUE(chip.gated.set_clock(false));
  for (TestInitiator* initiator : {&chip.to_ram, &chip.to_rom, &chip.to_weights, &chip.to_dram}) {
    EXPECT_EQ(initiator->move(read, 0, back, delay), tlm::TLM_GENERIC_ERROR_RESPONSE);
  }
  ASSERT_EQ(chip.to_ram.invalidated.size(), 1u);  // DMI was granted above
  EXPECT_EQ(chip.to_ram.invalidated[0].second, 65535u);
  tlm::tlm_dmi dmi;
  TestPayload payload(read, 0, back);
  EXPECT_FALSE(chip.to_ram.socket->get_direct_mem_ptr(payload, dmi));
  ASSERT_TRUE(chip.gated.set_clock(true));
  EXPECT_EQ(chip.to_ram.move(read, 0, back, delay), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(back, data);  // a stopped clock loses nothing

  ASSERT_TRUE(chip.gated.set_power(false));
  EXPECT_EQ(chip.to_ram.move(read, 0, back, delay), tlm::TLM_GENERIC_ERROR_RESPONSE);
  EXPECT_EQ(chip.to_ram.debug(read, 0, back), 0u);
  EXPECT_DOUBLE_EQ(chip.watts(chip.dram.block()), 0);
  EXPECT_DOUBLE_EQ(chip.watts(chip.weights.block()), 0);
  ASSERT_TRUE(chip.gated.set_power(true));
  EXPECT_EQ(chip.to_ram.move(read, 0, back, delay), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(back, Bytes(4, Memory::lost_pattern));
  EXPECT_EQ(chip.to_weights.move(read, 0, back, delay), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(back, Bytes(4, BankedSram::lost_pattern));
  EXPECT_EQ(chip.to_dram.debug(read, 4096, back), 4u);
  EXPECT_EQ(back, Bytes(4, 0));
  chip.to_rom.debug(read, 0, back);
  EXPECT_EQ(back, (Bytes{0x13, 0, 0, 0}));
  sc_core::wait(sc_time(1, sc_core::SC_US));
}

void dram_costs_only_what_is_used(Chip& chip) {
  const std::size_t before = resident_bytes();
  Bytes data{7};
  EXPECT_EQ(chip.to_dram.debug(write, 400u << 20, data), 1u);
  Bytes back(1);
  chip.to_dram.debug(read, 400u << 20, back);
  EXPECT_EQ(back, data);
  EXPECT_LT(resident_bytes() - before, 64u << 20);  // of 512 MiB
}

void dram_books_energy_by_command(Chip& chip) {
  const BlockId block = chip.dram.block();
  const DramConfig config;
  // Start right after a refresh, so that none comes between.
  const std::uint64_t into = sc_core::sc_time_stamp().value() % config.refresh_interval.value();
  sc_core::wait(sc_time::from_value(config.refresh_interval.value() - into) + config.refresh_cycle);
  // Miss: 18 + 18 + two bursts of 5 ns. Then a conflict 300 ns later: 18 + 18 + 18 + 5.
  EXPECT_EQ(taken(chip.to_dram, read, 0, 64), ns(46));
  sc_core::wait(ns(300));
  EXPECT_EQ(taken(chip.to_dram, write, 8 * 2048, 32), ns(59));
  EXPECT_EQ(chip.count(block, "dram_activate"), 2u);
  EXPECT_EQ(chip.count(block, "dram_precharge"), 1u);
  EXPECT_EQ(chip.count(block, "dram_read_bit"), 512u);
  EXPECT_EQ(chip.count(block, "dram_write_bit"), 256u);
  EXPECT_EQ(chip.count(block, "dram_row_open_ns"),
            3904u - 280u);  // from the first activate to the next refresh
  EXPECT_EQ(chip.dram.statistics().row_conflicts, 1u);
  // Background: 33 mW precharged standby and 22.4 nJ every 3.904 us.
  EXPECT_NEAR(chip.watts(block), 33e-3 + 22.4e-9 / 3.904e-6, 1e-6);
  tlm::tlm_dmi dmi;
  Bytes data(1);
  TestPayload payload(read, 0, data);
  EXPECT_FALSE(chip.to_dram.socket->get_direct_mem_ptr(payload, dmi));
}

void energy_goes_to_the_layer_of_the_transaction(Chip& chip) {
  Bytes data(8);
  TestPayload payload(read, 0, data);
  TransactionTag tag(9);
  payload.set_extension(&tag);
  sc_time delay;
  chip.to_fewer.socket->b_transport(payload, delay);
  payload.clear_extension(&tag);
  EXPECT_DOUBLE_EQ(chip.account.blocks()[chip.fewer_banks.block().index].layers.at(9).energy.dynamic,
                   test_technology().sram(32768, 64).read_joules.value);
}

TEST(Memories, OnRealSockets) {
  Chip chip;
  bool done = false;
  chip.tester.script = [&](TestInitiator&) {
    ram_moves_data_and_time(chip);
    ram_refuses_wrong_accesses(chip);
    ram_honours_byte_enables(chip);
    ram_grants_and_meters_dmi(chip);
    rom_is_read_only(chip);
    bandwidth_follows_ports_and_banks(chip);
    banks_and_ports_conflict(chip);
    dram_books_energy_by_command(chip);
    dram_costs_only_what_is_used(chip);
    gating_makes_errors_and_loses_contents(chip);
    energy_goes_to_the_layer_of_the_transaction(chip);
    done = true;
  };
  FeatureMapMemoryConfig uneven = fmm_config(3, 8);
  EXPECT_THROW(FeatureMapMemory("uneven", uneven, chip.domain, chip.account, test_technology()),
               std::invalid_argument);
  sc_core::sc_start();
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace kasane
