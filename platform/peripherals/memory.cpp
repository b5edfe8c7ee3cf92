#include "platform/peripherals/memory.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

#include "models/common/storage_access.h"
#include "models/common/transaction_tag.h"

namespace kasane {
namespace {

using sc_core::sc_time;

MemoryConfig checked(const std::string& name, const MemoryConfig& config) {
  if (config.width_bytes == 0 || config.macros == 0 || config.latency_cycles == 0) {
    throw std::invalid_argument(name + ": expected width, macros and latency above 0");
  }
  const std::uint64_t row = std::uint64_t{config.macros} * config.width_bytes;
  if (config.bytes == 0 || config.bytes % row != 0) {
    throw std::invalid_argument(name + ": expected a size that is a multiple of macros * width = " +
                                std::to_string(row) + " bytes, found " + std::to_string(config.bytes));
  }
  return config;
}

}  // namespace

Memory::Memory(sc_core::sc_module_name name, const MemoryConfig& config, PowerDomain& domain,
               EnergyAccount& account, const Technology& technology)
    : Memory(name, config, domain, account, technology, Contents::volatile_data) {}

Memory::Memory(sc_core::sc_module_name name, const MemoryConfig& config, PowerDomain& domain,
               EnergyAccount& account, const Technology& technology, Contents contents)
    : sc_module(name),
      config_(checked(basename(), config)),
      contents_(contents),
      domain_(domain),
      account_(account),
      macro_(technology.sram(config_.bytes / config_.macros, 8 * config_.width_bytes)),
      storage_(config_.bytes) {
  const double bits = 2 * 8.0 * config_.width_bytes;  // input and output latches
  block_ = account.add_block(basename(),
                             config_.macros * macro_.area_mm2 + bits * technology.area_mm2("register_bit"));
  read_word_ = account.add_operation(block_, "sram_read_word", macro_.read_joules);
  write_word_ = account.add_operation(block_, "sram_write_word", macro_.write_joules);
  port_id_ = account.feed().add_port(block_, "port");
  domain.attach(block_,
                config_.macros * macro_.leakage_watts + bits * technology.leakage_watts("register_bit"),
                bits * technology.joules("register_bit_clock"));
  domain.on_change([this] { domain_changed(); });
  socket.register_b_transport(this, &Memory::transport);
  socket.register_transport_dbg(this, &Memory::debug);
  socket.register_get_direct_mem_ptr(this, &Memory::direct);
}

void Memory::transport(tlm::tlm_generic_payload& payload, sc_time& delay) {
  tlm::tlm_response_status status =
      domain_.ready() ? check_access(payload, storage_.size()) : tlm::TLM_GENERIC_ERROR_RESPONSE;
  const bool read = payload.is_read();
  if (status == tlm::TLM_OK_RESPONSE && !read && contents_ == Contents::fixed) {
    status = tlm::TLM_COMMAND_ERROR_RESPONSE;
  }
  payload.set_response_status(status);
  if (status != tlm::TLM_OK_RESPONSE) return;
  copy_data(payload, storage_.bytes());
  payload.set_dmi_allowed(config_.direct_access);

  const std::uint64_t bytes = payload.get_data_length();
  const std::uint64_t words = words_touched(payload.get_address(), bytes, config_.width_bytes).count;
  const sc_time now = sc_core::sc_time_stamp();
  const sc_time on_port = domain_.cycles(words);
  const sc_time begin = port_.first_fit(now + delay, on_port);
  const Interval served{begin, begin + on_port};
  port_.reserve(served);
  delay = begin + domain_.cycles(config_.latency_cycles + words - 1) - now;
  const OperationCount accessed{read ? read_word_ : write_word_, words};
  account_.book_access(port_id_, {&accessed, 1}, {read ? bytes : 0, read ? 0 : bytes}, served,
                       layer_of(payload, account_));
  account_.book_busy(block_, busy_.reserve(served));
}

unsigned Memory::debug(tlm::tlm_generic_payload& payload) {
  return domain_.powered() || contents_ == Contents::fixed ? debug_copy(payload, storage_.bytes()) : 0;
}

bool Memory::direct(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi) {
  dmi.set_start_address(0);
  dmi.set_end_address(storage_.size() - 1);
  const bool refused = payload.is_write() && contents_ == Contents::fixed;
  if (!config_.direct_access || !domain_.ready() || refused) return false;
  dmi.set_dmi_ptr(storage_.data());
  dmi.set_granted_access(contents_ == Contents::fixed ? tlm::tlm_dmi::DMI_ACCESS_READ
                                                      : tlm::tlm_dmi::DMI_ACCESS_READ_WRITE);
  dmi.set_read_latency(domain_.cycles(config_.latency_cycles));
  dmi.set_write_latency(domain_.cycles(config_.latency_cycles));
  offer_meter(payload, *this);
  granted_ = true;
  return true;
}

/// An access of up to 8 bytes is taken as aligned: it touches as many words as 8 bytes have.
std::uint64_t Memory::words_of_direct_access() const {
  return (8 + config_.width_bytes - 1) / config_.width_bytes;
}

DirectAccessCosts Memory::direct_access_costs() const {
  const auto words = static_cast<double>(words_of_direct_access());
  return {.block = block_,
          .read_joules = words * macro_.read_joules.value,
          .write_joules = words * macro_.write_joules.value};
}

void Memory::book_direct_accesses(std::uint64_t reads, std::uint64_t writes, const Interval& when,
                                  LayerId layer) {
  const std::uint64_t words = words_of_direct_access();
  const std::array<OperationCount, 2> counts{{{read_word_, reads * words}, {write_word_, writes * words}}};
  account_.book_access(port_id_, counts, {reads * 8, writes * 8}, when, layer);
  const Interval used{when.begin, std::min(when.end, when.begin + domain_.cycles((reads + writes) * words))};
  account_.book_busy(block_, busy_.reserve(used));
}

void Memory::domain_changed() {
  // Latencies follow the clock and a gated memory answers errors: whoever holds DMI must ask again.
  if (granted_) socket->invalidate_direct_mem_ptr(0, storage_.size() - 1);
  granted_ = false;
  if (contents_ == Contents::fixed) return;
  if (!domain_.powered() && !lost_) std::memset(storage_.data(), lost_pattern, storage_.size());
  lost_ = !domain_.powered();
}

}  // namespace kasane
