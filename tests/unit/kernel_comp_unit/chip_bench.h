/// A whole chip of step 2 without its CPU: units, dispatcher, NCU, their memories, and a small bus.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <systemc>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "models/common/banked_sram.h"
#include "models/feature_map_memory/feature_map_memory.h"
#include "models/kernel_comp_unit/kernel_dispatcher.h"
#include "models/neural_comp_unit/config.h"
#include "models/weight_memory/weight_memory.h"
#include "tests/reference/random_kcu_layers.h"
#include "tests/unit/register_access.h"

namespace kasane {

/// Command records from `records_base` on; below, the NCU's registers. Every access takes 10 ns.
class SmallBus : public sc_core::sc_module {
 public:
  static constexpr std::uint64_t ncu_base = 0x4000, records_base = 0x10000;

  using Port = tlm_utils::simple_target_socket<SmallBus>;
  Port from_ncu{"from_ncu"}, from_dispatcher{"from_dispatcher"}, from_forwarder{"from_forwarder"};
  tlm_utils::simple_initiator_socket<SmallBus> ncu_registers{"ncu_registers"};
  std::vector<std::uint8_t> records;

  explicit SmallBus(sc_core::sc_module_name name) : sc_module(name) {
    for (Port* port : {&from_ncu, &from_dispatcher, &from_forwarder})
      port->register_b_transport(this, &SmallBus::transport);
  }

 private:
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    delay += sc_core::sc_time(10, sc_core::SC_NS);
    const std::uint64_t address = payload.get_address();
    if (address >= ncu_base && address < ncu_base + KASANE_ENGINE_REGISTER_BYTES) {
      payload.set_address(address - ncu_base);
      ncu_registers->b_transport(payload, delay);
      payload.set_address(address);
      return;
    }
    const std::uint64_t length = payload.get_data_length();
    if (!payload.is_read() || address < records_base || address + length > records_base + records.size()) {
      payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      return;
    }
    std::memcpy(payload.get_data_ptr(), records.data() + (address - records_base), length);
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
};

/// `Ncu` has the constructor and ports of NeuralCompUnit. Elaborate all chips before the first run().
template <typename Ncu>
class ChipBench : public sc_core::sc_module {
  std::vector<std::unique_ptr<std::string>> names_;  // before the members that are named from it

 public:
  struct Sizes {
    KernelDispatcherConfig dispatcher;
    NcuConfig ncu;
    std::uint32_t memory_port_bytes = 16;
  };

  ChipBench(sc_core::sc_module_name name, const Sizes& sizes, EnergyAccount& account,
            const Technology& technology)
      : sc_module(name),
        domain(std::string(basename()), {.points = {{0.9, 1'000'000'000}}}, technology.scaling(), account),
        ncu_domain(std::string(basename()) + "_ncu", {.points = {{0.9, 1'000'000'000}}}, technology.scaling(),
                   account),
        bus("bus"),
        ncu(own("ncu"), sizes.ncu, ncu_domain, account, technology),
        dispatcher(own("dispatcher"), with_memories(sizes.dispatcher), domain, account, technology),
        fmm(own("fmm"), memory<FeatureMapMemoryConfig>(sizes, sizes.dispatcher.units.ports + 1), domain,
            account, technology),
        wm(own("wm"), memory<WeightMemoryConfig>(sizes, 1), domain, account, technology),
        sums(own("sums"), memory<BankedSramConfig>(sizes, sizes.dispatcher.units.ports + 1), domain, account,
             technology),
        table(own("table"), memory<BankedSramConfig>(sizes, 1), domain, account, technology) {
    bind_engines();
    fmm_access.bind(fmm.bus);
    wm_access.bind(wm.bus);
    sums_access.bind(sums.bus);
    table_access.bind(table.bus);
    ncu.interrupt.bind(ncu_interrupt);
    dispatcher.interrupt.bind(interrupt);
    SC_HAS_PROCESS(ChipBench);
    SC_METHOD(count_interrupts);
    sensitive << interrupt.posedge_event();
    dont_initialize();
    SC_METHOD(count_ncu_interrupts);
    sensitive << ncu_interrupt.posedge_event();
    dont_initialize();
  }

  struct Result {
    std::uint32_t error = 0;
    std::uint32_t status = 0;
    std::uint64_t jobs = 0;
    std::uint64_t cycles = 0;
    std::uint64_t unit_cycles = 0;
    std::uint64_t ncu_wait_cycles = 0;
    int interrupts = 0;      ///< rising edges of the dispatcher's line during the list
    int ncu_interrupts = 0;  ///< of the NCU's
  };

  /// Runs one list to its end; counters begin at 0.
  Result run(const std::vector<reference::CommandRecord>& list) {
    start(list);
    sc_core::sc_start();
    return result();
  }

  void start(const std::vector<reference::CommandRecord>& list) {
    bus.records.clear();
    for (const reference::CommandRecord& record : list)
      bus.records.insert(bus.records.end(), record.begin(), record.end());
    write(KASANE_ENGINE_CONTROL, KASANE_CONTROL_RESET);
    write(KASANE_ENGINE_CONTROL, KASANE_CONTROL_INTERRUPT_ENABLE);
    write(KASANE_ENGINE_COMMAND_LOW, SmallBus::records_base);
    write(KASANE_ENGINE_COMMAND_COUNT, static_cast<std::uint32_t>(list.size()));
    interrupts_ = ncu_interrupts_ = 0;
    write(KASANE_ENGINE_DOORBELL, 1);
  }
  /// Of the list so far; lowers the interrupt.
  Result result() {
    const Result result{.error = read(KASANE_ENGINE_ERROR),
                        .status = read(KASANE_ENGINE_STATUS),
                        .jobs = read_wide(KASANE_KCU_JOBS_LOW),
                        .cycles = read_wide(KASANE_ENGINE_CYCLES_LOW),
                        .unit_cycles = read_wide(KASANE_KCU_UNIT_CYCLES_LOW),
                        .ncu_wait_cycles = read_wide(KASANE_KCU_NCU_WAIT_LOW),
                        .interrupts = interrupts_,
                        .ncu_interrupts = ncu_interrupts_};
    write(KASANE_ENGINE_INTERRUPT, KASANE_INTERRUPT_DONE | KASANE_INTERRUPT_ERROR);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    return result;
  }

  std::uint32_t read(std::uint64_t offset) { return access(tlm::TLM_READ_COMMAND, offset, 0); }
  void write(std::uint64_t offset, std::uint32_t value) { access(tlm::TLM_WRITE_COMMAND, offset, value); }

  using Access = tlm_utils::simple_initiator_socket<ChipBench>;
  /// Without time or energy.
  static void load(Access& memory, reference::Bytes bytes) { debug(memory, tlm::TLM_WRITE_COMMAND, bytes); }
  static reference::Bytes dump(Access& memory, std::size_t size) {
    reference::Bytes bytes(size);
    debug(memory, tlm::TLM_READ_COMMAND, bytes);
    return bytes;
  }

  /// Of every memory.
  static constexpr std::uint64_t memory_bytes = 256 * 1024;

  PowerDomain domain;      ///< of dispatcher, units and memories
  PowerDomain ncu_domain;  ///< of the NCU alone
  SmallBus bus;
  Ncu ncu;
  KernelDispatcher dispatcher;
  FeatureMapMemory fmm;
  WeightMemory wm;
  BankedSram sums, table;
  Access fmm_access{"fmm_access"}, wm_access{"wm_access"}, sums_access{"sums_access"},
      table_access{"table_access"};

 private:
  /// Blocks of one account need names of their own.
  sc_core::sc_module_name own(const char* what) {
    names_.push_back(std::make_unique<std::string>(std::string(basename()) + "_" + what));
    return names_.back()->c_str();
  }
  template <typename Config>
  static Config memory(const Sizes& sizes, std::uint32_t ports) {
    Config config;
    config.bytes = memory_bytes;
    config.engine_ports = ports;
    config.port_width_bytes = sizes.memory_port_bytes;
    config.accumulates = true;
    return config;
  }
  static KernelDispatcherConfig with_memories(KernelDispatcherConfig config) {
    config.sums_bytes = config.table_bytes = memory_bytes;
    config.ncu_base = SmallBus::ncu_base;
    return config;
  }

  void bind_engines() {
    software_.bind(dispatcher.registers);
    dispatcher.bus.socket.bind(bus.from_dispatcher);
    dispatcher.ncu.socket.bind(bus.from_forwarder);
    dispatcher.table.socket.bind(table.engine_ports[0]);
    dispatcher.ncu_busy.bind(ncu.busy);
    for (unsigned n = 0; n < dispatcher.fmm.size(); ++n) {
      dispatcher.fmm[n]->socket.bind(fmm.engine_ports[n + 1]);
      dispatcher.sums[n]->socket.bind(sums.engine_ports[n + 1]);
    }
    bus.ncu_registers.bind(ncu.registers);
    ncu.bus.socket.bind(bus.from_ncu);
    ncu.fmm.socket.bind(fmm.engine_ports[0]);
    ncu.weights.socket.bind(wm.engine_ports[0]);
    ncu.sums.socket.bind(sums.engine_ports[0]);
  }

  static void debug(Access& memory, tlm::tlm_command command, reference::Bytes& bytes) {
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_data_ptr(bytes.data());
    payload.set_data_length(static_cast<unsigned>(bytes.size()));
    if (memory->transport_dbg(payload) != bytes.size()) throw std::logic_error("memory is too small");
  }
  std::uint32_t access(tlm::tlm_command command, std::uint64_t offset, std::uint32_t value) {
    return access_register(software_, command, offset, value);
  }
  std::uint64_t read_wide(std::uint64_t offset) {
    return read(offset) | std::uint64_t{read(offset + 4)} << 32;
  }
  void count_interrupts() { ++interrupts_; }
  void count_ncu_interrupts() { ++ncu_interrupts_; }

  tlm_utils::simple_initiator_socket<ChipBench> software_{"software"};
  sc_core::sc_signal<bool> interrupt{"interrupt"}, ncu_interrupt{"ncu_interrupt"};
  int interrupts_ = 0, ncu_interrupts_ = 0;
};

}  // namespace kasane
