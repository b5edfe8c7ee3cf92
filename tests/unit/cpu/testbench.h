/// A hart with memory and a few devices, for tests: the addresses are those of QEMU's machine "virt" where
/// both have the device, so that one program runs on either.
#pragma once

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_target_socket.h>

#include "models/common/direct_memory_meter.h"
#include "models/common/energy_account.h"
#include "models/common/power_domain.h"
#include "models/technology/technology.h"
#include "platform/cpu/hart.h"

namespace kasane::testing {

inline constexpr std::uint64_t ram_base = 0x80000000;
inline constexpr std::uint64_t ram_bytes = 16 << 20;
inline constexpr std::uint64_t finisher = 0x100000;  ///< a write of 0x5555 ends the simulation
inline constexpr std::uint64_t console = 0x10000000;
inline constexpr std::uint64_t console_status = console + 5;  ///< as a 16550: always ready
inline constexpr std::uint64_t lines = 0x02000000;            ///< writes: bit 0 software, 1 timer, 2 external
inline constexpr std::uint64_t alarm = 0x02000008;     ///< write n: the timer line rises n ns later; 0: falls
inline constexpr std::uint64_t clock_ns = 0x02000010;  ///< reads simulated time
inline constexpr std::uint64_t plain_ram = 0x60000000;  ///< 4 KiB that refuse DMI

/// Everything a hart talks to; each access by transport takes `latency`.
class Surroundings : public sc_core::sc_module, public DirectMemoryMeter {
 public:
  tlm_utils::simple_target_socket<Surroundings> socket{"socket"};
  sc_core::sc_out<bool> timer{"timer"};
  sc_core::sc_out<bool> software{"software"};
  sc_core::sc_out<bool> external{"external"};

  std::vector<std::uint8_t> ram = std::vector<std::uint8_t>(ram_bytes);
  std::vector<std::uint8_t> no_dmi_ram = std::vector<std::uint8_t>(4096);
  std::string output;
  std::vector<sc_core::sc_time> access_times;  ///< of device accesses
  sc_core::sc_time latency;
  sc_core::sc_time dmi_latency;
  std::uint64_t metered_reads = 0;
  std::uint64_t metered_writes = 0;
  std::uint64_t dmi_requests = 0;

  explicit Surroundings(sc_core::sc_module_name name) : sc_module(name) {
    socket.register_b_transport(this, &Surroundings::transport);
    socket.register_get_direct_mem_ptr(this, &Surroundings::direct);
    socket.register_transport_dbg(this, &Surroundings::debug);
    SC_HAS_PROCESS(Surroundings);
    SC_METHOD(drive);
    sensitive << changed_;
    dont_initialize();
    SC_METHOD(ring);
    sensitive << alarm_;
    dont_initialize();
  }

  DirectAccessCosts direct_access_costs() const override { return {}; }
  void book_direct_accesses(std::uint64_t reads, std::uint64_t writes, const Interval& when,
                            LayerId) override {
    if (when.begin < sc_core::sc_time_stamp()) throw std::logic_error("booked in the past");
    metered_reads += reads;
    metered_writes += writes;
  }

  void set_lines(std::uint64_t value) {
    levels_ = value;
    changed_.notify();
  }
  void invalidate(std::uint64_t first, std::uint64_t last) { socket->invalidate_direct_mem_ptr(first, last); }

 private:
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    delay += latency;
    const std::uint64_t address = payload.get_address();
    const std::size_t bytes = payload.get_data_length();
    const bool is_read = payload.is_read();
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    if (std::uint8_t* memory = find(address, bytes)) {
      std::memcpy(is_read ? payload.get_data_ptr() : memory, is_read ? memory : payload.get_data_ptr(),
                  bytes);
      return;
    }
    access_times.push_back(sc_core::sc_time_stamp());
    std::uint64_t value = 0;
    if (is_read) {
      if (address == console_status)
        value = 0x60;
      else if (address == clock_ns)
        value = sc_core::sc_time_stamp().value() / 1000;
      else if (address != console)
        payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      std::memcpy(payload.get_data_ptr(), &value, bytes);
      return;
    }
    std::memcpy(&value, payload.get_data_ptr(), bytes);
    if (address == console)
      output += static_cast<char>(value);
    else if (address == finisher)
      sc_core::sc_stop();
    else if (address == lines)
      set_lines(value);
    else if (address == alarm)
      set_alarm(value);
    else
      payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
  }

  unsigned debug(tlm::tlm_generic_payload& payload) {
    const unsigned bytes = payload.get_data_length();
    std::uint8_t* memory = find(payload.get_address(), bytes);
    if (memory == nullptr) return 0;
    std::memcpy(payload.is_read() ? payload.get_data_ptr() : memory,
                payload.is_read() ? memory : payload.get_data_ptr(), bytes);
    return bytes;
  }

  void set_alarm(std::uint64_t nanoseconds) {
    alarm_.cancel();
    if (nanoseconds == 0)
      set_lines(levels_ & ~std::uint64_t{2});
    else
      alarm_.notify(sc_core::sc_time(static_cast<double>(nanoseconds), sc_core::SC_NS));
  }

  std::uint8_t* find(std::uint64_t address, std::uint64_t bytes) {
    if (address >= ram_base && address - ram_base <= ram_bytes - bytes) return &ram[address - ram_base];
    if (address >= plain_ram && address - plain_ram <= 4096 - bytes) return &no_dmi_ram[address - plain_ram];
    return nullptr;
  }

  bool direct(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& grant) {
    ++dmi_requests;
    const std::uint64_t address = payload.get_address();
    if (address < ram_base || address - ram_base >= ram_bytes) return false;
    grant.allow_read_write();
    grant.set_start_address(ram_base);
    grant.set_end_address(ram_base + ram_bytes - 1);
    grant.set_dmi_ptr(ram.data());
    grant.set_read_latency(dmi_latency);
    grant.set_write_latency(dmi_latency);
    offer_meter(payload, *this);
    return true;
  }

  void drive() {
    software.write((levels_ & 1) != 0);
    timer.write((levels_ & 2) != 0);
    external.write((levels_ & 4) != 0);
  }
  void ring() { set_lines(levels_ | 2); }

  std::uint64_t levels_ = 0;
  sc_core::sc_event changed_;
  sc_core::sc_event alarm_;
};

inline TechnologyChoice technology_choice() {
  return {.file = std::string(KASANE_SOURCE_DIR) + "/models/technology/tables/45nm.yaml"};
}

inline HartConfig at_ram(sc_core::sc_time quantum = {1, sc_core::SC_US}) {
  return {.reset_vector = ram_base, .quantum = quantum};
}

/// The whole: one hart at 1 GHz.
class Testbench : public sc_core::sc_module {
 public:
  explicit Testbench(sc_core::sc_module_name name, const HartConfig& config = at_ram())
      : sc_module(name), hart("hart", config, domain, account, technology) {
    hart.bus.bind(surroundings.socket);
    hart.timer_interrupt(timer_);
    hart.software_interrupt(software_);
    hart.external_interrupt(external_);
    hart.supervisor_external_interrupt(supervisor_external_);
    hart.set_time_source([](const sc_core::sc_time& at) { return at.value() / 100'000; });  // 10 MHz
    surroundings.timer(timer_);
    surroundings.software(software_);
    surroundings.external(external_);
  }

  void load_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path);
    const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
    std::memcpy(surroundings.ram.data(), bytes.data(), std::min(bytes.size(), surroundings.ram.size()));
  }
  template <typename T>
  T memory(std::uint64_t address) const {
    T value;
    std::memcpy(&value, surroundings.ram.data() + (address - ram_base), sizeof(T));
    return value;
  }

  Technology technology = Technology::load(technology_choice());
  EnergyAccount account;
  PowerDomain domain{
      "cpu",
      {.points = {{.volts = 0.9, .hertz = 1'000'000'000}, {.volts = 0.9, .hertz = 500'000'000}}},
      technology.scaling(),
      account};
  Surroundings surroundings{"surroundings"};
  Hart hart;

 private:
  sc_core::sc_signal<bool> timer_{"timer"};
  sc_core::sc_signal<bool> software_{"software"};
  sc_core::sc_signal<bool> external_{"external"};
  sc_core::sc_signal<bool> supervisor_external_{"supervisor_external"};
};

}  // namespace kasane::testing
