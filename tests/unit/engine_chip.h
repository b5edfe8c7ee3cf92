/// An engine on the real Feature Map Memory and Weight Memory, and its software.
#pragma once

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include <systemc>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "models/feature_map_memory/feature_map_memory.h"
#include "models/weight_memory/weight_memory.h"
#include "tests/reference/ncu_reference.h"
#include "tests/unit/register_access.h"

namespace kasane {

/// One engine at 1 GHz, its two memories, its command records. Elaborate all chips before the first run().
/// `EngineOnChip`: an Engine with a port `fmm`, and perhaps one `weights`, but none to partial sums.
template <typename EngineOnChip, typename Config>
class EngineChip : public sc_core::sc_module {
 public:
  struct Sizes {
    Config engine;
    std::uint32_t fmm_port_bytes = 16;
    std::uint32_t wm_port_bytes = 16;
    /// Many, so that no burst waits for a bank: time is then the ports' alone.
    std::uint32_t banks = 8;
  };

  EngineChip(sc_core::sc_module_name name, const Sizes& chip_sizes, EnergyAccount& energy_account,
             const Technology& technology)
      : sc_module(name),
        sizes(chip_sizes),
        account(energy_account),
        domain(basename(), {.points = {{0.9, 1'000'000'000}}}, technology.scaling(), account),
        engine(own("engine").c_str(), sizes.engine, domain, account, technology),
        fmm(own("fmm").c_str(), memory_of<FeatureMapMemoryConfig>(sizes, sizes.fmm_port_bytes), domain,
            account, technology),
        wm(own("wm").c_str(), memory_of<WeightMemoryConfig>(sizes, sizes.wm_port_bytes), domain, account,
           technology) {
    records_.register_b_transport(this, &EngineChip::fetch);
    software_.bind(engine.registers);
    fmm_access_.bind(fmm.bus);
    wm_access_.bind(wm.bus);
    engine.bus.socket.bind(records_);
    engine.fmm.socket.bind(fmm.engine_ports[0]);
    if constexpr (requires { engine.weights; }) {
      engine.weights.socket.bind(wm.engine_ports[0]);
    } else {
      no_weights_.socket.bind(wm.engine_ports[0]);
    }
    engine.interrupt.bind(interrupt_);
  }

  struct Result {
    std::uint32_t error = 0;
    std::uint32_t status = 0;
    std::uint64_t cycles = 0;
  };

  /// Executes one command and waits for the end; counters begin at 0.
  Result run(const reference::CommandRecord& record) { return run(std::vector{record}); }

  Result run(const std::vector<reference::CommandRecord>& list) {
    list_.clear();
    for (const reference::CommandRecord& record : list)
      list_.insert(list_.end(), record.begin(), record.end());
    write(KASANE_ENGINE_CONTROL, KASANE_CONTROL_RESET);
    write(KASANE_ENGINE_COMMAND_COUNT, static_cast<std::uint32_t>(list.size()));
    write(KASANE_ENGINE_DOORBELL, 1);
    sc_core::sc_start();
    return {.error = read(KASANE_ENGINE_ERROR),
            .status = read(KASANE_ENGINE_STATUS),
            .cycles = read_wide(KASANE_ENGINE_CYCLES_LOW)};
  }
  std::uint32_t read(std::uint64_t offset) { return access(tlm::TLM_READ_COMMAND, offset, 0); }
  /// Two registers, the lower half first.
  std::uint64_t read_wide(std::uint64_t offset) {
    return read(offset) | std::uint64_t{read(offset + 4)} << 32;
  }

  /// How often the engine has done operation `kind` of its enumeration, all runs together.
  template <typename Operation>
  std::uint64_t count(Operation kind) const {
    return account
        .operation(account.blocks()[engine.block().index].operations[static_cast<std::size_t>(kind)])
        .count;
  }

  /// Without time or energy; std::logic_error where the memory is too small.
  void load_fmm(reference::Bytes bytes, std::uint64_t address = 0) {
    debug(fmm_access_, tlm::TLM_WRITE_COMMAND, address, bytes);
  }
  void load_wm(reference::Bytes bytes, std::uint64_t address = 0) {
    debug(wm_access_, tlm::TLM_WRITE_COMMAND, address, bytes);
  }
  reference::Bytes dump_fmm() {
    reference::Bytes bytes(fmm_bytes);
    debug(fmm_access_, tlm::TLM_READ_COMMAND, 0, bytes);
    return bytes;
  }
  reference::Bytes dump_wm() {
    reference::Bytes bytes(wm_bytes);
    debug(wm_access_, tlm::TLM_READ_COMMAND, 0, bytes);
    return bytes;
  }

  static constexpr std::uint64_t fmm_bytes = 256 * 1024;
  static constexpr std::uint64_t wm_bytes = 384 * 1024;

  const Sizes sizes;
  EnergyAccount& account;
  PowerDomain domain;
  EngineOnChip engine;
  FeatureMapMemory fmm;
  WeightMemory wm;

 private:
  using Access = tlm_utils::simple_initiator_socket<EngineChip>;

  /// Blocks of one account need names of their own.
  std::string own(const char* what) const { return std::string(basename()) + '_' + what; }

  template <typename MemoryConfig>
  static MemoryConfig memory_of(const Sizes& sizes, std::uint32_t port_bytes) {
    MemoryConfig config;
    config.bytes = std::is_same_v<MemoryConfig, WeightMemoryConfig> ? wm_bytes : fmm_bytes;
    config.banks = sizes.banks;
    config.port_width_bytes = port_bytes;
    return config;
  }

  void fetch(tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
    if (!payload.is_read() || payload.get_address() + payload.get_data_length() > list_.size()) {
      payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      return;
    }
    std::memcpy(payload.get_data_ptr(), list_.data() + payload.get_address(), payload.get_data_length());
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }

  static void debug(Access& memory, tlm::tlm_command command, std::uint64_t address,
                    reference::Bytes& bytes) {
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(address);
    payload.set_data_ptr(bytes.data());
    payload.set_data_length(static_cast<unsigned>(bytes.size()));
    if (memory->transport_dbg(payload) != bytes.size()) throw std::logic_error("memory is too small");
  }

  std::uint32_t access(tlm::tlm_command command, std::uint64_t offset, std::uint32_t value) {
    return access_register(software_, command, offset, value);
  }
  void write(std::uint64_t offset, std::uint32_t value) { access(tlm::TLM_WRITE_COMMAND, offset, value); }

  reference::Bytes list_;
  tlm_utils::simple_initiator_socket<EngineChip> software_{"software"};
  tlm_utils::simple_target_socket<EngineChip> records_{"records"};
  Access fmm_access_{"fmm_access"}, wm_access_{"wm_access"};
  BurstPort no_weights_{"no_weights"};  ///< in place of an engine that reads none
  sc_core::sc_signal<bool> interrupt_;
};

}  // namespace kasane
