#include "platform/peripherals/dram.h"

#include <array>
#include <stdexcept>
#include <string>

#include "models/common/storage_access.h"
#include "models/common/transaction_tag.h"

namespace kasane {

using sc_core::sc_time;

Dram::Dram(sc_core::sc_module_name name, const DramConfig& config, PowerDomain& domain,
           EnergyAccount& account, const Technology& technology)
    : sc_module(name),
      config_(config),
      domain_(domain),
      account_(account),
      timing_(basename(), config),
      block_(account.add_block(basename(), 0)),
      activate_(account.add_operation(block_, "dram_activate", technology.joules("dram_activate"))),
      precharge_(account.add_operation(block_, "dram_precharge", technology.joules("dram_precharge"))),
      read_bit_(account.add_operation(block_, "dram_read_bit", technology.joules("dram_read_bit"))),
      write_bit_(account.add_operation(block_, "dram_write_bit", technology.joules("dram_write_bit"))),
      standby_watts_(technology.leakage_watts("dram_precharged_standby")),
      power_down_watts_(technology.leakage_watts("dram_power_down")),
      refresh_watts_(technology.joules("dram_refresh") / config.refresh_interval.to_seconds()),
      storage_(config.bytes) {
  const Figure row_open_watts = technology.leakage_watts("dram_active_standby") - standby_watts_;
  if (row_open_watts.low <= 0 || row_open_watts.value <= 0 || row_open_watts.high <= 0) {
    throw std::invalid_argument(
        std::string(basename()) +
        ": expected dram_active_standby above dram_precharged_standby, at both bounds too");
  }
  port_id_ = account.feed().add_port(block_, "port");
  row_open_ns_ = account.add_operation(block_, "dram_row_open_ns", row_open_watts * 1e-9);
  domain.on_change([this] { domain_changed(); });
  domain_changed();
  socket.register_b_transport(this, &Dram::transport);
  socket.register_transport_dbg(this, &Dram::debug);
  socket.register_get_direct_mem_ptr(this, &Dram::direct);
}

void Dram::transport(tlm::tlm_generic_payload& payload, sc_time& delay) {
  const tlm::tlm_response_status status =
      domain_.ready() ? check_access(payload, storage_.size()) : tlm::TLM_GENERIC_ERROR_RESPONSE;
  payload.set_response_status(status);
  if (status != tlm::TLM_OK_RESPONSE) return;
  copy_data(payload, storage_.bytes());
  payload.set_dmi_allowed(config_.direct_access);

  const std::uint64_t bytes = payload.get_data_length();
  const bool read = payload.is_read();
  const sc_time now = sc_core::sc_time_stamp();
  DramTiming::Served served;
  if (config_.direct_access) {
    served.data = {now + delay, now + delay + config_.direct_latency};
    served.bursts = words_touched(payload.get_address(), bytes, config_.burst_bytes).count;
  } else {
    served = timing_.access(payload.get_address(), bytes, now + delay);
  }
  delay = served.data.end - now;
  book_access(served, read, bytes, layer_of(payload, account_));
}

void Dram::book_access(const DramTiming::Served& served, bool read, std::uint64_t bytes, LayerId layer) {
  const std::uint64_t bits = served.bursts * config_.burst_bytes * 8;
  const std::array<OperationCount, 3> counts{{{activate_, served.activates},
                                              {precharge_, served.precharges},
                                              {read ? read_bit_ : write_bit_, bits}}};
  account_.book_access(port_id_, counts, {read ? bytes : 0, read ? 0 : bytes}, served.data, layer);
  const std::uint64_t open_ns = served.open.value() / sc_time(1, sc_core::SC_NS).value();
  account_.book(row_open_ns_, open_ns, {served.data.begin, served.data.begin + served.open}, layer);
  account_.book_busy(block_, busy_.reserve(served.data));
}

unsigned Dram::debug(tlm::tlm_generic_payload& payload) {
  return domain_.powered() ? debug_copy(payload, storage_.bytes()) : 0;
}

bool Dram::direct(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi) {
  dmi.set_start_address(0);
  dmi.set_end_address(storage_.size() - 1);
  if (!config_.direct_access || !domain_.ready()) return false;
  dmi.set_dmi_ptr(storage_.data());
  dmi.set_granted_access(tlm::tlm_dmi::DMI_ACCESS_READ_WRITE);
  dmi.set_read_latency(config_.direct_latency);
  dmi.set_write_latency(config_.direct_latency);
  offer_meter(payload, *this);
  granted_ = true;
  return true;
}

void Dram::book_direct_accesses(std::uint64_t reads, std::uint64_t writes, const Interval& when,
                                LayerId layer) {
  // Only the bits moved are known of such accesses, neither bursts nor rows: a lower bound.
  const std::array<OperationCount, 2> counts{{{read_bit_, reads * 64}, {write_bit_, writes * 64}}};
  account_.book_access(port_id_, counts, {reads * 8, writes * 8}, when, layer);
}

DirectAccessCosts Dram::direct_access_costs() const {
  return {.block = block_,
          .read_joules = 64 * account_.operation(read_bit_).joules.value,
          .write_joules = 64 * account_.operation(write_bit_).joules.value};
}

void Dram::domain_changed() {
  if (granted_) socket->invalidate_direct_mem_ptr(0, storage_.size() - 1);
  granted_ = false;
  if (!domain_.powered()) storage_.clear();
  if (!domain_.powered() || !domain_.clocked()) timing_.close_rows();
  const Figure standby = domain_.clocked() ? standby_watts_ : power_down_watts_;
  account_.set_background(block_, domain_.powered() ? refresh_watts_ : Figure{},
                          domain_.powered() ? standby : Figure{});
}

}  // namespace kasane
