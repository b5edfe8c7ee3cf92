/// Memories that add to their contents: sums, time and energy worked by hand, contention, refusals. The banks
/// of the memory under test: 8 of 8 bytes; its ports: 32 bytes a cycle; a cycle is a nanosecond.
#include <gtest/gtest.h>
#include <limits>
#include <memory>

#include "models/common/banked_sram.h"
#include "models/common/burst_port.h"
#include "models/common/register_bank.h"
#include "platform/bus/bus.h"
#include "platform/peripherals/memory.h"
#include "tests/reference/random_layers.h"
#include "tests/unit/memory_fixture.h"

namespace kasane {
namespace {

using sc_core::SC_ZERO_TIME;
using Words = std::vector<std::int32_t>;

BankedSramConfig memory(bool accumulates) {
  return {.bytes = 64 * 1024, .engine_ports = 2, .accumulates = accumulates};
}

struct Chip : sc_core::sc_module {
  EnergyAccount account;
  PowerDomain domain{"memories", one_gigahertz(), test_technology().scaling(), account};
  BankedSram sums{"sums", memory(true), domain, account, test_technology()};
  BankedSram plain{"plain", memory(false), domain, account, test_technology()};
  Memory ram{"ram", {.bytes = 4096}, domain, account, test_technology()};
  Bus bus{"bus",
          {.initiators = {{"engine"}}, .targets = {{"ram", 0x1000, 4096}}},
          domain,
          account,
          test_technology()};
  BurstPort first{"first"}, second{"second"}, to_plain{"to_plain"}, plain_second{"plain_second"},
      to_bus{"to_bus"};
  TestInitiator sums_bus{"sums_bus"}, plain_bus{"plain_bus"};

  explicit Chip(sc_core::sc_module_name name) : sc_module(name) {
    first.socket.bind(sums.engine_ports[0]);
    second.socket.bind(sums.engine_ports[1]);
    to_plain.socket.bind(plain.engine_ports[0]);
    plain_second.socket.bind(plain.engine_ports[1]);
    sums_bus.socket.bind(sums.bus);
    plain_bus.socket.bind(plain.bus);
    to_bus.socket.bind(bus.initiator("engine"));
    bus.target("ram").bind(ram.socket);
  }
};

std::span<const std::uint8_t> bytes_of(const Words& words) {
  return {reinterpret_cast<const std::uint8_t*>(words.data()), words.size() * sizeof(words[0])};
}

class Accumulate : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { chip = std::make_unique<Chip>("chip"); }
  /// Long after all reservations of the former test.
  void SetUp() override { sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_US)); }

  static sc_core::sc_time add(BurstPort& port, std::uint64_t address, const Words& terms) {
    return port.accumulate(address, bytes_of(terms), no_layer, SC_ZERO_TIME);
  }
  static Words contents(std::uint64_t address, std::size_t count) {
    std::vector<std::uint8_t> bytes(count * 4);
    EXPECT_EQ(chip->sums_bus.debug(tlm::TLM_READ_COMMAND, address, bytes), bytes.size());
    Words words(count);
    std::memcpy(words.data(), bytes.data(), bytes.size());
    return words;
  }
  /// What the port's target answers; without BurstPort's exception, which AddressSanitizer does not follow
  /// across SystemC's stacks.
  static tlm::tlm_response_status answer(BurstPort& port, std::uint64_t address, std::size_t bytes,
                                         tlm::tlm_command command = tlm::TLM_WRITE_COMMAND) {
    std::vector<std::uint8_t> data(bytes);
    TestPayload payload(command, address, data);
    TransactionTag tag;
    tag.accumulate = true;
    payload.set_extension(&tag);
    sc_core::sc_time delay;
    port.socket->b_transport(payload, delay);
    payload.clear_extension(&tag);
    return payload.get_response_status();
  }
  static std::uint64_t count(std::string_view name) {
    for (const OperationId id : chip->account.blocks()[chip->sums.block().index].operations) {
      if (chip->account.operation(id).name == name) return chip->account.operation(id).count;
    }
    ADD_FAILURE() << "no operation " << name;
    return 0;
  }

  static inline std::unique_ptr<Chip> chip;
};

TEST_F(Accumulate, AddsAndWrapsAt32Bits) {
  constexpr std::int32_t largest = std::numeric_limits<std::int32_t>::max();
  const Words start{1, -1, largest, -largest - 1};
  chip->first.write(0x100, bytes_of(start), no_layer, SC_ZERO_TIME);
  add(chip->first, 0x100, {10, -10, 1, -1});
  EXPECT_EQ(contents(0x100, 4), (Words{11, -11, -largest - 1, largest}));
  EXPECT_EQ(contents(0x110, 1), Words{0}) << "the word behind stays";
}

// One word: 2 cycles of its bank, where a write takes 1. 64 bytes: one word in each bank, 2 cycles, as many
// as the port's. 256 bytes: 4 words a bank, 8 cycles. 64 bytes from byte 4 on: two words in the first bank.
TEST_F(Accumulate, TakesTwoBankCyclesAWord) {
  EXPECT_EQ(chip->first.write(0, bytes_of(Words(1)), no_layer, SC_ZERO_TIME), ns(1));
  SetUp();
  EXPECT_EQ(add(chip->first, 0, Words(1)), ns(2));
  SetUp();
  EXPECT_EQ(add(chip->first, 0, Words(16)), ns(2));
  SetUp();
  EXPECT_EQ(add(chip->first, 0, Words(64)), ns(8));
  SetUp();
  EXPECT_EQ(add(chip->first, 4, Words(16)), ns(4));
}

// Both ports at once on the same banks: the second burst waits for each bank's two cycles, a read likewise;
// bursts on different banks do not meet.
TEST_F(Accumulate, BanksContend) {
  EXPECT_EQ(add(chip->first, 0, Words(16)), ns(2));
  EXPECT_EQ(add(chip->second, 64, Words(16)), ns(4));
  SetUp();
  EXPECT_EQ(add(chip->first, 0, Words(16)), ns(2));
  std::vector<std::uint8_t> data(64);
  EXPECT_EQ(chip->second.read(0, data, no_layer, SC_ZERO_TIME), ns(3));
  SetUp();
  EXPECT_EQ(add(chip->first, 0, Words(8)), ns(2));    // banks 0 to 3
  EXPECT_EQ(add(chip->second, 32, Words(8)), ns(2));  // banks 4 to 7
}

// Three sums at byte 4 lie in two words of 8 bytes.
TEST_F(Accumulate, BooksReadsWritesAndAdditions) {
  const std::uint64_t reads = count("sram_read_word");
  const std::uint64_t writes = count("sram_write_word");
  const std::uint64_t adds = count("int32_add");
  chip->first.accumulate(4, bytes_of({1, 2, 3}), 7, SC_ZERO_TIME);
  EXPECT_EQ(count("sram_read_word") - reads, 2u);
  EXPECT_EQ(count("sram_write_word") - writes, 2u);
  EXPECT_EQ(count("int32_add") - adds, 3u);
  const SramFigures bank = test_technology().sram(64 * 1024 / 8, 64);
  const Figure expected =
      2 * (bank.read_joules + bank.write_joules) + 3 * test_technology().joules("int32_add");
  EXPECT_NEAR(chip->account.blocks()[chip->sums.block().index].layers.at(7).energy.dynamic, expected.value,
              1e-9 * expected.value);
}

TEST_F(Accumulate, AddersAreAreaAndLeakage) {
  const auto& blocks = chip->account.blocks();
  constexpr double adders = 8 * 2;  // two for each bank's 8 bytes
  EXPECT_NEAR(blocks[chip->sums.block().index].area_mm2 - blocks[chip->plain.block().index].area_mm2,
              adders * test_technology().area_mm2("int32_add"), 1e-12);
  const auto leakage = [](BlockId block) {
    return chip->account.blocks()[block.index].layers.at(no_layer).energy.leakage;
  };
  chip->account.settle();
  const double before = leakage(chip->sums.block()) - leakage(chip->plain.block());
  SetUp();
  chip->account.settle();
  const double spent = leakage(chip->sums.block()) - leakage(chip->plain.block()) - before;
  const double expected = adders * test_technology().leakage_watts("int32_add").value * 1e-6;
  EXPECT_NEAR(spent, expected, 1e-6 * expected);
}

// The same bursts through two ports, in two orders.
TEST_F(Accumulate, OrderDoesNotMatter) {
  reference::Random random(3);
  struct Addition {
    std::uint64_t address;
    Words terms;
  };
  std::vector<Addition> additions;
  for (int n = 0; n < 200; ++n) {
    Addition addition{.address = 4 * static_cast<std::uint64_t>(random.between(0, 63)), .terms = Words(8)};
    for (std::int32_t& term : addition.terms) {
      term = static_cast<std::int32_t>(random.between(-2147483648LL, 2147483647LL));
    }
    additions.push_back(addition);
  }
  constexpr std::uint64_t here = 0x4000;
  constexpr std::uint64_t there = 0x8000;
  std::vector<std::uint32_t> expected(72);
  for (std::size_t n = 0; n < additions.size(); ++n) {
    const Addition& forth = additions[n];
    const Addition& back = additions[additions.size() - 1 - n];
    add(n % 2 == 0 ? chip->first : chip->second, here + forth.address, forth.terms);
    add(n % 3 == 0 ? chip->first : chip->second, there + back.address, back.terms);
    for (std::size_t word = 0; word < 8; ++word) {
      expected[forth.address / 4 + word] += static_cast<std::uint32_t>(forth.terms[word]);
    }
  }
  const Words sums = contents(here, 72);
  EXPECT_EQ(sums, contents(there, 72));
  for (std::size_t word = 0; word < 72; ++word)
    EXPECT_EQ(static_cast<std::uint32_t>(sums[word]), expected[word]);
}

TEST_F(Accumulate, RefusesWhatItCannotAdd) {
  EXPECT_EQ(answer(chip->first, 0, 4), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(answer(chip->first, 2, 4), tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(answer(chip->first, 0, 6), tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(answer(chip->first, 64 * 1024 - 4, 8), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(answer(chip->first, 0, 4, tlm::TLM_READ_COMMAND), tlm::TLM_COMMAND_ERROR_RESPONSE);
  EXPECT_EQ(answer(chip->to_plain, 0, 4), tlm::TLM_COMMAND_ERROR_RESPONSE);
  EXPECT_EQ(answer(chip->to_bus, 0x1000, 4), tlm::TLM_COMMAND_ERROR_RESPONSE);
}

TEST_F(Accumulate, RegistersRefuseAdditions) {
  std::vector<std::uint8_t> data(4);
  TestPayload payload(tlm::TLM_WRITE_COMMAND, 0, data);
  TransactionTag tag;
  tag.accumulate = true;
  payload.set_extension(&tag);
  RegisterBank registers;
  registers.add({"DATA", 0, Access::read_write, "", 5});
  registers.transport(payload);
  payload.clear_extension(&tag);
  EXPECT_EQ(payload.get_response_status(), tlm::TLM_COMMAND_ERROR_RESPONSE);
  EXPECT_EQ(registers.at(0).value, 5u);
}

}  // namespace
}  // namespace kasane
