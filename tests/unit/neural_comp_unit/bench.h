/// A Neural Comp Unit between memories with plain ports, and the software side of its registers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <systemc>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "models/neural_comp_unit/neural_comp_unit.h"
#include "tests/unit/register_access.h"

namespace kasane {

/// Moves `bytes_per_cycle` a nanosecond, one burst at a time.
class PlainMemory : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<PlainMemory> socket{"socket"};
  std::vector<std::uint8_t> bytes;
  std::uint64_t bursts = 0;

  PlainMemory(sc_core::sc_module_name name, std::uint32_t bytes_per_cycle)
      : sc_module(name), bytes_per_cycle_(bytes_per_cycle) {
    socket.register_b_transport(this, &PlainMemory::transport);
  }

 private:
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    const std::uint64_t address = payload.get_address();
    const std::uint64_t length = payload.get_data_length();
    if (address + length > bytes.size()) {
      payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      return;
    }
    ++bursts;
    if (payload.is_write()) {
      std::memcpy(bytes.data() + address, payload.get_data_ptr(), length);
    } else {
      std::memcpy(payload.get_data_ptr(), bytes.data() + address, length);
    }
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    const std::uint64_t cycles = (length + bytes_per_cycle_ - 1) / bytes_per_cycle_;
    free_ = std::max(free_, now + delay) + sc_core::sc_time(static_cast<double>(cycles), sc_core::SC_NS);
    delay = free_ - now;
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }

  std::uint32_t bytes_per_cycle_;
  sc_core::sc_time free_;
};

/// One unit at 1 GHz, its command records, and the software side of its registers; the memories are the
/// derived bench's. Elaborate all benches before the first run().
class NcuDriver : public sc_core::sc_module {
 public:
  NcuDriver(sc_core::sc_module_name name, const NcuConfig& config, EnergyAccount& account,
            const Technology& technology)
      : sc_module(name),
        domain(std::string(basename()), {.points = {{0.9, 1'000'000'000}}}, technology.scaling(), account),
        unit((std::string(basename()) + "_ncu").c_str(), config, domain, account, technology),
        records("records", 128) {
    software.bind(unit.registers);
    unit.bus.socket.bind(records.socket);
    unit.interrupt.bind(interrupt);
  }

  struct Result {
    std::uint32_t error = 0;
    std::uint32_t status = 0;
    std::uint64_t cycles = 0;  ///< from the unit's own counter
  };

  /// Rings the doorbell for one command and simulates until nothing happens any more.
  template <typename Bytes>
  Result run(const Bytes& record) {
    records.bytes.assign(std::begin(record), std::end(record));
    write(KASANE_ENGINE_CONTROL, KASANE_CONTROL_RESET);
    write(KASANE_ENGINE_COMMAND_COUNT, 1);
    write(KASANE_ENGINE_DOORBELL, 1);
    sc_core::sc_start();
    return {read(KASANE_ENGINE_ERROR), read(KASANE_ENGINE_STATUS),
            read(KASANE_ENGINE_CYCLES_LOW) | std::uint64_t{read(KASANE_ENGINE_CYCLES_HIGH)} << 32};
  }

  PowerDomain domain;
  NeuralCompUnit unit;
  PlainMemory records;

 private:
  std::uint32_t access(tlm::tlm_command command, std::uint64_t offset, std::uint32_t value) {
    return access_register(software, command, offset, value);
  }
  std::uint32_t read(std::uint64_t offset) { return access(tlm::TLM_READ_COMMAND, offset, 0); }
  void write(std::uint64_t offset, std::uint32_t value) { access(tlm::TLM_WRITE_COMMAND, offset, value); }

  tlm_utils::simple_initiator_socket<NcuDriver> software{"software"};
  sc_core::sc_signal<bool> interrupt;
};

/// With memories that have nothing but a width; the partial sum memory's is FMM's.
class NcuBench : public NcuDriver {
 public:
  NcuBench(sc_core::sc_module_name name, const NcuConfig& config, std::uint32_t fmm_width,
           std::uint32_t wm_width, EnergyAccount& account, const Technology& technology)
      : NcuDriver(name, config, account, technology),
        fmm("fmm", fmm_width),
        wm("wm", wm_width),
        sums("sums", fmm_width) {
    unit.fmm.socket.bind(fmm.socket);
    unit.weights.socket.bind(wm.socket);
    (config.partial_sums ? unit.sums : unused_).socket.bind(sums.socket);
  }

  PlainMemory fmm;
  PlainMemory wm;
  PlainMemory sums;

 private:
  BurstPort unused_{"unused"};
};

}  // namespace kasane
