#include "models/common/banked_sram.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <string>

#include "models/common/storage_access.h"
#include "models/common/transaction_tag.h"

namespace kasane {
namespace {

using sc_core::sc_time;

BankedSramConfig checked(const std::string& name, const BankedSramConfig& config) {
  if (config.banks == 0 || config.bank_width_bytes == 0 || config.engine_ports == 0 ||
      config.port_width_bytes == 0 || config.bus_width_bytes == 0) {
    throw std::invalid_argument(name + ": expected banks, ports and all widths above 0");
  }
  const std::uint64_t row = std::uint64_t{config.banks} * config.bank_width_bytes;
  if (config.bytes == 0 || config.bytes % row != 0) {
    throw std::invalid_argument(name + ": expected a size that is a multiple of banks * bank width = " +
                                std::to_string(row) + " bytes, found " + std::to_string(config.bytes));
  }
  if (config.accumulates && config.bank_width_bytes % sizeof(std::int32_t) != 0) {
    throw std::invalid_argument(name +
                                ": expected a bank width that is a multiple of 4 bytes to add in, found " +
                                std::to_string(config.bank_width_bytes));
  }
  return config;
}

/// Input and output latches of each bank and each port.
std::uint64_t register_bits(const BankedSramConfig& config) {
  const std::uint64_t bank_bits = 2 * 8 * std::uint64_t{config.bank_width_bytes};
  const std::uint64_t port_bits = 2 * 8 * std::uint64_t{config.port_width_bytes};
  return config.banks * bank_bits + config.engine_ports * port_bits +
         2 * 8 * std::uint64_t{config.bus_width_bytes};
}

std::uint64_t adders(const BankedSramConfig& config) {
  return config.accumulates ? config.banks * std::uint64_t{config.bank_width_bytes} / sizeof(std::int32_t)
                            : 0;
}

/// target[i] += addend[i], wrapping.
void add_words(std::uint8_t* target, const std::uint8_t* addend, std::size_t bytes) {
  for (std::size_t at = 0; at < bytes; at += sizeof(std::uint32_t)) {
    std::uint32_t sum = 0;
    std::uint32_t term = 0;
    std::memcpy(&sum, target + at, sizeof(sum));
    std::memcpy(&term, addend + at, sizeof(term));
    sum += term;
    std::memcpy(target + at, &sum, sizeof(sum));
  }
}

}  // namespace

BankedSram::BankedSram(sc_core::sc_module_name name, const BankedSramConfig& config, PowerDomain& domain,
                       EnergyAccount& account, const Technology& technology)
    : sc_module(name),
      engine_ports("engine_port", config.engine_ports),
      config_(checked(basename(), config)),
      domain_(domain),
      account_(account),
      macro_(technology.sram(config.bytes / config.banks, 8 * config.bank_width_bytes)),
      storage_(config.bytes),
      banks_(config.banks),
      ports_(config.engine_ports + 1) {
  const double bits = static_cast<double>(register_bits(config_));
  const auto adding = static_cast<double>(adders(config_));
  block_ = account.add_block(basename(), config_.banks * macro_.area_mm2 +
                                             bits * technology.area_mm2("register_bit") +
                                             adding * technology.area_mm2("int32_add"));
  read_word_ = account.add_operation(block_, "sram_read_word", macro_.read_joules);
  write_word_ = account.add_operation(block_, "sram_write_word", macro_.write_joules);
  if (config_.accumulates) add_ = account.add_operation(block_, "int32_add", technology.joules("int32_add"));
  domain.attach(block_,
                config_.banks * macro_.leakage_watts + bits * technology.leakage_watts("register_bit") +
                    adding * technology.leakage_watts("int32_add"),
                bits * technology.joules("register_bit_clock"));
  domain.on_change([this] { power_changed(); });
  for (std::uint32_t port = 0; port < config_.engine_ports; ++port) {
    engine_ports[port].register_b_transport(this, &BankedSram::transport, static_cast<int>(port));
    engine_ports[port].register_transport_dbg(this, &BankedSram::debug, static_cast<int>(port));
    port_ids_.push_back(account.feed().add_port(block_, "engine port " + std::to_string(port)));
  }
  port_ids_.push_back(account.feed().add_port(block_, "bus port"));
  bus.register_b_transport(this, &BankedSram::transport, static_cast<int>(config_.engine_ports));
  bus.register_transport_dbg(this, &BankedSram::debug, static_cast<int>(config_.engine_ports));
}

tlm::tlm_response_status BankedSram::check(const tlm::tlm_generic_payload& payload, bool accumulate) const {
  if (!domain_.ready()) return tlm::TLM_GENERIC_ERROR_RESPONSE;
  const tlm::tlm_response_status status = check_access(payload, storage_.size(), config_.accumulates);
  if (status != tlm::TLM_OK_RESPONSE || !accumulate) return status;
  const std::uint64_t bytes = payload.get_data_length();
  if (!payload.is_write()) return tlm::TLM_COMMAND_ERROR_RESPONSE;
  if (payload.get_byte_enable_ptr() != nullptr) return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
  const bool aligned = payload.get_address() % sizeof(std::int32_t) == 0 && bytes % sizeof(std::int32_t) == 0;
  return aligned && payload.get_streaming_width() >= bytes ? tlm::TLM_OK_RESPONSE
                                                           : tlm::TLM_BURST_ERROR_RESPONSE;
}

void BankedSram::transport(int port, tlm::tlm_generic_payload& payload, sc_time& delay) {
  const bool accumulate = accumulates(payload);
  const tlm::tlm_response_status status = check(payload, accumulate);
  payload.set_response_status(status);
  if (status != tlm::TLM_OK_RESPONSE) return;
  const std::uint64_t address = payload.get_address();
  const std::uint64_t bytes = payload.get_data_length();
  if (accumulate) {
    add_words(storage_.data() + address, payload.get_data_ptr(), bytes);
  } else {
    copy_data(payload, storage_.bytes());
  }
  const sc_time now = sc_core::sc_time_stamp();
  const Interval served =
      serve(static_cast<std::size_t>(port), address, bytes, accumulate ? 2 : 1, now + delay);
  delay = served.end - now;
  book(static_cast<std::size_t>(port), payload, accumulate, served);
}

void BankedSram::book(std::size_t port, const tlm::tlm_generic_payload& payload, bool accumulate,
                      const Interval& served) {
  const std::uint64_t bytes = payload.get_data_length();
  const std::uint64_t words = words_touched(payload.get_address(), bytes, config_.bank_width_bytes).count;
  const LayerId layer = layer_of(payload, account_);
  const bool reads = payload.is_read() || accumulate;
  const bool writes = payload.is_write();
  const std::array<OperationCount, 3> counts{{{read_word_, reads ? words : 0},
                                              {write_word_, writes ? words : 0},
                                              {add_, accumulate ? bytes / sizeof(std::int32_t) : 0}}};
  account_.book_access(port_ids_[port], std::span(counts).first(config_.accumulates ? 3 : 2),
                       {reads ? bytes : 0, writes ? bytes : 0}, served, layer);
  account_.book_busy(block_, busy_.reserve(served));
}

Interval BankedSram::serve(std::size_t port, std::uint64_t address, std::uint64_t bytes,
                           std::uint64_t cycles_a_word, sc_time arrival) {
  const std::uint32_t width =
      port < config_.engine_ports ? config_.port_width_bytes : config_.bus_width_bytes;
  const sc_time on_port = domain_.cycles((bytes + width - 1) / width);
  const sc_time begin = ports_[port].first_fit(arrival, on_port);
  sc_time end = begin + on_port;

  // The first `extra` banks from the burst's first one on serve one word more than the others.
  const WordRange words = words_touched(address, bytes, config_.bank_width_bytes);
  const std::uint64_t each = words.count / config_.banks;
  const std::uint64_t extra = words.count % config_.banks;
  const std::uint64_t touched = std::min<std::uint64_t>(words.count, config_.banks);
  const sc_time most = domain_.cycles((each + 1) * cycles_a_word);
  const sc_time least = domain_.cycles(each * cycles_a_word);
  std::uint64_t number = words.first % config_.banks;
  for (std::uint64_t index = 0; index < touched; ++index) {
    Reservations& bank = banks_[number];
    if (++number == config_.banks) number = 0;
    const sc_time in_bank = index < extra ? most : least;
    const sc_time bank_begin = bank.first_fit(begin, in_bank);
    bank.reserve({bank_begin, bank_begin + in_bank});
    end = std::max(end, bank_begin + in_bank);
  }
  ports_[port].reserve({begin, end});
  return {begin, end};
}

unsigned BankedSram::debug(int, tlm::tlm_generic_payload& payload) {
  return domain_.powered() ? debug_copy(payload, storage_.bytes()) : 0;
}

void BankedSram::power_changed() {
  if (!domain_.powered() && !lost_) std::memset(storage_.data(), lost_pattern, storage_.size());
  lost_ = !domain_.powered();
}

}  // namespace kasane
