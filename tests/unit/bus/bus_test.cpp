/// The bus on real sockets: decode, errors, DMI, time, arbitration, energy. 1 GHz: a cycle is 1 ns.
#include "platform/bus/bus.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <stdexcept>
#include <string>
#include <vector>

#include <systemc>
#include <tlm_utils/simple_target_socket.h>

#include "models/common/direct_memory_meter.h"
#include "tests/unit/memory_fixture.h"

namespace kasane {
namespace {

using sc_core::sc_time;
constexpr auto read = tlm::TLM_READ_COMMAND;
constexpr auto write = tlm::TLM_WRITE_COMMAND;
using Bytes = std::vector<std::uint8_t>;

/// Records what arrives when; answers as told after `latency`.
class TestTarget : public sc_core::sc_module, private DirectMemoryMeter {
 public:
  struct Arrival {
    std::uint64_t address;
    unsigned bytes;
    sc_time at;
  };
  tlm_utils::simple_target_socket<TestTarget> socket{"socket"};
  std::vector<Arrival> arrivals;
  std::vector<std::uint8_t> contents = std::vector<std::uint8_t>(4096);
  sc_time latency;
  tlm::tlm_response_status response = tlm::TLM_OK_RESPONSE;
  sc_dt::uint64 dmi_end = 4095;

  explicit TestTarget(sc_core::sc_module_name name) : sc_module(name) {
    socket.register_b_transport(this, &TestTarget::transport);
    socket.register_transport_dbg(this, &TestTarget::debug);
    socket.register_get_direct_mem_ptr(this, &TestTarget::direct);
  }
  DirectMemoryMeter* meter() { return this; }

 private:
  void transport(tlm::tlm_generic_payload& payload, sc_time& delay) {
    arrivals.push_back({payload.get_address(), payload.get_data_length(), sc_core::sc_time_stamp() + delay});
    copy(payload);
    delay += latency;
    payload.set_response_status(response);
  }
  unsigned debug(tlm::tlm_generic_payload& payload) {
    copy(payload);
    return payload.get_data_length();
  }
  void copy(tlm::tlm_generic_payload& payload) {
    std::uint8_t* const at = contents.data() + payload.get_address();
    if (payload.is_read()) std::copy_n(at, payload.get_data_length(), payload.get_data_ptr());
    if (payload.is_write()) std::copy_n(payload.get_data_ptr(), payload.get_data_length(), at);
  }
  bool direct(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi) {
    dmi.set_start_address(0);
    dmi.set_end_address(dmi_end);
    dmi.set_dmi_ptr(contents.data());
    dmi.allow_read_write();
    offer_meter(payload, *this);
    return true;
  }
  void book_direct_accesses(std::uint64_t, std::uint64_t, const Interval&, LayerId) override {}
  DirectAccessCosts direct_access_costs() const override { return {}; }
};

BusConfig bus_config(BusTopology topology, Arbitration arbitration) {
  return {.initiators = {{"a", 2}, {"b", 1}, {"c", 0}},
          .targets = {{"low", 0x1000, 0x1000}, {"high", 0x8000'0000, 0x800}},
          .width_bytes = 8,
          .topology = topology,
          .arbitration = arbitration,
          .address_cycles = 1,
          .max_burst_bytes = 64};
}

/// A bus with three initiators and two targets.
struct System {
  TestInitiator a, b, c;
  TestTarget low, high;
  Bus bus;

  System(const std::string& name, const BusConfig& config, PowerDomain& domain, EnergyAccount& account)
      : a((name + "_a").c_str()),
        b((name + "_b").c_str()),
        c((name + "_c").c_str()),
        low((name + "_low").c_str()),
        high((name + "_high").c_str()),
        bus(name.c_str(), config, domain, account, test_technology()) {
    a.socket.bind(bus.initiator("a"));
    b.socket.bind(bus.initiator("b"));
    c.socket.bind(bus.initiator("c"));
    bus.target("low").bind(low.socket);
    bus.target("high").bind(high.socket);
  }
};

void decodes(System& system) {
  Bytes data{1, 2, 3, 4};
  sc_time delay;
  EXPECT_EQ(system.a.move(write, 0x1FFC, data, delay), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(system.low.arrivals.back().address, 0xFFCu);
  EXPECT_EQ(delay, ns(2));  // address and one beat
  EXPECT_EQ(system.low.contents[0xFFC], 1);
  // Unmapped below, between and above; across a window's end; around the end of the address space.
  for (const std::uint64_t address :
       {0x0ULL, 0xFFFULL, 0x2000ULL, 0x7FFF'FFFFULL, 0x8000'0800ULL, ~0ULL, 0x1FFEULL, 0x8000'07FDULL}) {
    const std::size_t before = system.low.arrivals.size() + system.high.arrivals.size();
    EXPECT_EQ(system.a.move(read, address, data, delay), tlm::TLM_ADDRESS_ERROR_RESPONSE) << address;
    EXPECT_EQ(system.low.arrivals.size() + system.high.arrivals.size(), before);
  }
  EXPECT_EQ(system.a.move(read, 0x8000'07FC, data, delay), tlm::TLM_OK_RESPONSE);
  sc_core::wait(ns(100));
}

void passes_responses_and_restores_payload(System& system) {
  Bytes data(256);
  sc_time delay;
  for (const auto response : {tlm::TLM_GENERIC_ERROR_RESPONSE, tlm::TLM_COMMAND_ERROR_RESPONSE,
                              tlm::TLM_BURST_ERROR_RESPONSE, tlm::TLM_INCOMPLETE_RESPONSE}) {
    system.high.response = response;
    system.high.arrivals.clear();
    TestPayload payload(read, 0x8000'0100, data);
    system.b.socket->b_transport(payload, delay);
    EXPECT_EQ(payload.get_response_status(), response);
    EXPECT_EQ(payload.get_address(), 0x8000'0100u);
    EXPECT_EQ(payload.get_data_ptr(), data.data());
    EXPECT_EQ(payload.get_data_length(), 256u);
    EXPECT_EQ(system.high.arrivals.size(), 1u);  // the rest of the burst is not tried
  }
  system.high.response = tlm::TLM_OK_RESPONSE;
  sc_core::wait(ns(100));
}

void forwards_debug(System& system) {
  Bytes data{9, 8, 7};
  EXPECT_EQ(system.c.debug(write, 0x8000'0010, data), 3u);
  Bytes back(3);
  EXPECT_EQ(system.a.debug(read, 0x8000'0010, back), 3u);
  EXPECT_EQ(back, data);
  EXPECT_EQ(system.a.debug(read, 0x8000'07FE, back), 2u);  // clipped at the window's end
  EXPECT_EQ(system.a.debug(read, 0x3000, back), 0u);
}

void translates_dmi(System& system) {
  Bytes data(1);
  TestPayload payload(read, 0x8000'0123, data);
  DirectMemoryMeterRequest request;
  payload.set_extension(&request);
  tlm::tlm_dmi dmi;
  ASSERT_TRUE(system.a.socket->get_direct_mem_ptr(payload, dmi));
  payload.clear_extension(&request);
  EXPECT_EQ(request.meter, system.high.meter());
  EXPECT_EQ(payload.get_address(), 0x8000'0123u);
  EXPECT_EQ(dmi.get_start_address(), 0x8000'0000u);
  EXPECT_EQ(dmi.get_end_address(), 0x8000'07FFu);  // the target's 4096 bytes clipped to its window of 2048
  EXPECT_EQ(dmi.get_dmi_ptr(), system.high.contents.data());
  system.high.dmi_end = 0xFF;
  ASSERT_TRUE(system.a.socket->get_direct_mem_ptr(payload, dmi));
  EXPECT_EQ(dmi.get_end_address(), 0x8000'00FFu);
  payload.set_address(0x3000);
  EXPECT_FALSE(system.a.socket->get_direct_mem_ptr(payload, dmi));
  system.high.socket->invalidate_direct_mem_ptr(0x10, ~0ULL);
  system.high.socket->invalidate_direct_mem_ptr(0x900, 0xA00);  // beyond the window: nobody holds it
  const std::vector<std::pair<std::uint64_t, std::uint64_t>> expected{{0x8000'0010, 0x8000'07FF}};
  EXPECT_EQ(system.a.invalidated, expected);
  EXPECT_EQ(system.c.invalidated, expected);
}

void counts_time_and_energy(System& system, const EnergyAccount& account) {
  const BlockEntry& entry = account.blocks()[system.bus.block().index];
  const OperationId hops = entry.operations.front();
  const std::uint64_t before = account.count(hops);
  const sc_time busy = entry.busy;
  // 64 bytes are 8 beats; 9 bytes from 4 on touch two bus words and count as two hops.
  Bytes data(64);
  sc_time delay = ns(20);
  system.a.move(read, 0x1000, data, delay);
  EXPECT_EQ(delay, ns(20 + 1 + 8));
  sc_core::wait(ns(50));
  Bytes nine(9);
  delay = sc_core::SC_ZERO_TIME;
  system.a.move(write, 0x1004, nine, delay);
  EXPECT_EQ(delay, ns(1 + 2));
  EXPECT_EQ(account.count(hops) - before, 10u);
  EXPECT_EQ(entry.busy - busy, ns(10));
  EXPECT_DOUBLE_EQ(account.operation(hops).joules.value, 6.4e-12);
  sc_core::wait(ns(50));
  // A target slower than the bus hides it.
  system.low.latency = ns(30);
  delay = sc_core::SC_ZERO_TIME;
  system.a.move(read, 0x1000, data, delay);
  EXPECT_EQ(delay, ns(1 + 30));
  system.low.latency = sc_core::SC_ZERO_TIME;
  sc_core::wait(ns(50));
}

/// Initiators a, b and c start 0, 1 and 2 ns after `start` and make `bursts` bursts of `bytes` each, back to
/// back, to the given address; returns who arrived when at the target, by data address.
struct Race {
  sc_time start;
  std::size_t bytes;
  int bursts;
  std::vector<std::string> served;
  std::vector<sc_time> finished = std::vector<sc_time>(3);

  void run(TestInitiator& initiator, int who, std::uint64_t address) {
    sc_core::wait(start + ns(who) - sc_core::sc_time_stamp());
    for (int burst = 0; burst < bursts; ++burst)
      finished[who] = initiator.spend(read, address, bytes) - start;
  }
};

std::string order(const TestTarget& target, sc_time since) {
  std::string result;
  for (const TestTarget::Arrival& arrival : target.arrivals) {
    if (arrival.at >= since) result += static_cast<char>('a' + arrival.address / 0x400);
  }
  return result;
}

TEST(Bus, RefusesImpossibleConfigs) {
  EXPECT_THROW(AddressDecoder({{"x", 0, 16}, {"y", 15, 1}}), std::invalid_argument);
  EXPECT_THROW(AddressDecoder({{"x", 0, 0}}), std::invalid_argument);
  EXPECT_THROW(AddressDecoder({{"x", ~0ULL, 2}}), std::invalid_argument);
  const AddressDecoder touching({{"y", 16, 16}, {"x", 0, 16}, {"z", ~0ULL, 1}});
  EXPECT_EQ(touching.find(15), 1u);
  EXPECT_EQ(touching.find(16), 0u);
  EXPECT_EQ(touching.find(32), std::nullopt);
  EXPECT_EQ(touching.find(~0ULL), 2u);
  try {
    AddressDecoder({{"ram", 0x100, 0x100}, {"rom", 0x1FF, 1}});
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "bus: targets 'ram' and 'rom' overlap");
  }
}

TEST(Bus, OnRealSockets) {
  EnergyAccount account;
  PowerDomain domain("fabric", one_gigahertz(), test_technology().scaling(), account);
  System fair("fair", bus_config(BusTopology::shared, Arbitration::round_robin), domain, account);
  System strict("strict", bus_config(BusTopology::shared, Arbitration::fixed_priority), domain, account);
  System crossbar("crossbar", bus_config(BusTopology::crossbar, Arbitration::round_robin), domain, account);

  Race fair_race{ns(10'000), 64, 3, {}};
  Race strict_race{ns(10'000), 64, 3, {}};
  Race split_race{ns(20'000), 192, 1, {}};
  Race crossing_race{ns(10'000), 64, 1, {}};
  bool done = false;

  fair.a.script = [&](TestInitiator& a) {
    decodes(fair);
    passes_responses_and_restores_payload(fair);
    forwards_debug(fair);
    translates_dmi(fair);
    counts_time_and_energy(fair, account);
    fair_race.run(a, 0, 0x1000);
    split_race.run(a, 0, 0x1000);
    // Gated, the bus answers errors.
    sc_core::wait(ns(1000));
    domain.set_clock(false);
    Bytes data(4);
    sc_time delay;
    EXPECT_EQ(a.move(read, 0x1000, data, delay), tlm::TLM_GENERIC_ERROR_RESPONSE);
    domain.set_clock(true);
    // Who runs ahead of time leaves the present to others.
    delay = ns(500);
    a.move(read, 0x1000, data, delay);
    EXPECT_EQ(delay, ns(502));
    delay = ns(100);
    fair.b.move(read, 0x1000, data, delay);
    EXPECT_EQ(delay, ns(102));
    done = true;
  };
  fair.b.script = [&](TestInitiator& b) {
    fair_race.run(b, 1, 0x1400);
    sc_core::wait(split_race.start + ns(4) - sc_core::sc_time_stamp());
    split_race.finished[1] = b.spend(read, 0x1400, 8) - split_race.start;
  };
  fair.c.script = [&](TestInitiator& c) { fair_race.run(c, 2, 0x1800); };
  strict.a.script = [&](TestInitiator& a) { strict_race.run(a, 0, 0x1000); };
  strict.b.script = [&](TestInitiator& b) { strict_race.run(b, 1, 0x1400); };
  strict.c.script = [&](TestInitiator& c) { strict_race.run(c, 2, 0x1800); };
  crossbar.a.script = [&](TestInitiator& a) { crossing_race.run(a, 0, 0x1000); };
  crossbar.b.script = [&](TestInitiator& b) { crossing_race.run(b, 1, 0x8000'0000); };
  crossbar.c.script = [&](TestInitiator& c) { crossing_race.run(c, 2, 0x1800); };
  sc_core::sc_start();
  ASSERT_TRUE(done);

  // A burst of 64 bytes takes the path 8 ns and its initiator 9. a, first, needs [0, 8). At 8 b and c wait; b
  // follows a: [8, 16). At 9 a claims again. At 16 c follows b: [16, 24). And so on, in turns.
  EXPECT_EQ(order(fair.low, fair_race.start).substr(0, 9), "abcabcabc");
  EXPECT_EQ(fair_race.finished, (std::vector{ns(57), ns(65), ns(73)}));
  EXPECT_EQ(fair.bus.contended(), 8u + 1u);  // all but the first, and b in the split race below

  // c goes before b before a. At 8 b and c wait: c [8, 16), back only at 17, so b [16, 24); then c again, and
  // while c is away b, until both are through with their three bursts; a, which waits since 9, comes last.
  EXPECT_EQ(order(strict.low, strict_race.start), "acbcbcbaa");
  EXPECT_EQ(strict_race.finished[2], ns(8 * 6 + 1));
  EXPECT_EQ(strict_race.finished[1], ns(8 * 7 + 1));

  // Different targets do not meet in a crossbar; the same target does.
  EXPECT_EQ(crossing_race.finished, (std::vector{ns(9), ns(10), ns(17)}));
  EXPECT_EQ(crossbar.bus.contended(), 1u);

  // a's 192 bytes are three chunks. The first holds the path [0, 8) and ends at 9. b, which waits since 4,
  // gets [8, 9): done at 10. Then a again, from 9 to 18 and from 18 to 27.
  EXPECT_EQ(order(fair.low, split_race.start).substr(0, 4), "abaa");
  EXPECT_EQ(split_race.finished[1], ns(10));
  EXPECT_EQ(split_race.finished[0], ns(27));
}

}  // namespace
}  // namespace kasane
