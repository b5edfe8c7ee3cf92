/// Units between memories, without a dispatcher.
#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "models/common/banked_sram.h"
#include "models/kernel_comp_unit/kernel_comp_unit.h"
#include "tests/unit/memory_fixture.h"

namespace kasane {

/// All at 1 GHz. Memories whose banks never limit a single port of 16 bytes, if bursts to the partial sums
/// have more than 16 bytes. Elaborate all benches before the first run().
class UnitBench : public sc_core::sc_module {
 public:
  /// What became of a job.
  struct Ended {
    std::uint32_t error;
    sc_core::sc_time after;  ///< its bench's begin
  };

  UnitBench(sc_core::sc_module_name name, const kcu::KcuConfig& of)
      : sc_module(name),
        config(of),
        fmm("fmm", memory(of, false), domain, account, test_technology()),
        sums("sums", memory(of, true), domain, account, test_technology()) {
    for (std::uint32_t n = 0; n < config.ports; ++n) {
      fmm_ports_.push_back(std::make_unique<BurstPort>(("fmm_port_" + std::to_string(n)).c_str()));
      sums_ports_.push_back(std::make_unique<BurstPort>(("sums_port_" + std::to_string(n)).c_str()));
      fmm_ports_[n]->socket.bind(fmm.engine_ports[n]);
      sums_ports_[n]->socket.bind(sums.engine_ports[n]);
    }
    for (std::uint32_t n = 0; n < config.units.size(); ++n) {
      units.push_back(std::make_unique<KernelCompUnit>(
          ("unit_" + std::to_string(n)).c_str(), n, config, *fmm_ports_[n % config.ports],
          *sums_ports_[n % config.ports], domain, account, test_technology()));
    }
    fmm_access_.bind(fmm.bus);
    sums_access_.bind(sums.bus);
  }

  void start(const kasane_kcu_convolution& command, const kcu::Job& job) {
    if (ended.empty() && !begun_) begin_ = sc_core::sc_time_stamp();
    begun_ = true;
    units[job.unit]->start(std::make_shared<kasane_kcu_convolution>(command), job,
                           [this](std::uint32_t error) {
                             ended.push_back({error, sc_core::sc_time_stamp() - begin_});
                           });
  }

  /// New inputs, partial sums of 0, and a new beginning.
  void prepare(std::vector<std::uint8_t> input) {
    move(fmm_access_, tlm::TLM_WRITE_COMMAND, input);
    std::vector<std::uint8_t> zeros(memory_bytes);
    move(sums_access_, tlm::TLM_WRITE_COMMAND, zeros);
    ended.clear();
    begun_ = false;
  }
  std::vector<std::int32_t> sums_from(std::size_t count) {
    std::vector<std::uint8_t> bytes(count * 4);
    move(sums_access_, tlm::TLM_READ_COMMAND, bytes);
    std::vector<std::int32_t> values(count);
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }

  const BlockEntry& entry(std::size_t unit) { return account.blocks()[units[unit]->block().index]; }
  std::uint64_t count(std::size_t unit, kcu::Operation kind) {
    return account.operation(entry(unit).operations[static_cast<std::size_t>(kind)]).count;
  }

  static constexpr std::uint64_t memory_bytes = 64 * 1024;

  const kcu::KcuConfig config;
  EnergyAccount account;
  PowerDomain domain{"kcu", one_gigahertz(), test_technology().scaling(), account};
  BankedSram fmm;
  BankedSram sums;
  std::vector<std::unique_ptr<KernelCompUnit>> units;
  std::vector<Ended> ended;

 private:
  using Access = tlm_utils::simple_initiator_socket<UnitBench>;

  static BankedSramConfig memory(const kcu::KcuConfig& config, bool accumulates) {
    return {.bytes = memory_bytes,
            .banks = 16,
            .engine_ports = config.ports,
            .port_width_bytes = 16,
            .accumulates = accumulates};
  }
  static void move(Access& memory, tlm::tlm_command command, std::vector<std::uint8_t>& data) {
    TestPayload payload(command, 0, data);
    if (memory->transport_dbg(payload) != data.size())
      throw std::logic_error("memory is too small or without power");
  }

  std::vector<std::unique_ptr<BurstPort>> fmm_ports_;
  std::vector<std::unique_ptr<BurstPort>> sums_ports_;
  Access fmm_access_{"fmm_access"};
  Access sums_access_{"sums_access"};
  sc_core::sc_time begin_;
  bool begun_ = false;
};

}  // namespace kasane
