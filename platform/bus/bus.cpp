#include "platform/bus/bus.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "models/common/storage_access.h"
#include "models/common/transaction_tag.h"

namespace kasane {
namespace {

using sc_core::sc_time;

void require(bool holds, const std::string& expected) {
  if (!holds) throw std::invalid_argument("bus: expected " + expected);
}

BusConfig checked(const BusConfig& config) {
  require(!config.initiators.empty() && !config.targets.empty(), "at least one initiator and one target");
  require(config.width_bytes > 0, "a width above 0");
  require(config.max_burst_bytes > 0 && config.max_burst_bytes % config.width_bytes == 0,
          "max_burst_bytes to be a multiple of the width above 0");
  std::set<std::string> names;
  for (const BusInitiator& initiator : config.initiators) {
    require(names.insert(initiator.name).second, "one initiator '" + initiator.name + "', found two");
  }
  names.clear();
  for (const AddressWindow& target : config.targets) {
    require(names.insert(target.name).second, "one target '" + target.name + "', found two");
  }
  return config;
}

std::vector<std::uint32_t> priorities_of(const BusConfig& config) {
  std::vector<std::uint32_t> priorities;
  for (const BusInitiator& initiator : config.initiators) priorities.push_back(initiator.priority);
  return priorities;
}

/// Address, write data and read data are registered once in each path and at each initiator.
double register_bits(const BusConfig& config) {
  const std::size_t paths = config.topology == BusTopology::shared ? 1 : config.targets.size();
  const double bits = 64 + 2 * 8.0 * config.width_bytes;
  return bits * static_cast<double>(paths + config.initiators.size());
}

template <typename Named>
std::size_t index_of(const std::vector<Named>& all, std::string_view name, const char* what) {
  for (std::size_t index = 0; index < all.size(); ++index) {
    if (all[index].name == name) return index;
  }
  throw std::invalid_argument("bus: no " + std::string(what) + " '" + std::string(name) + "'");
}

/// Puts the payload's address, data and lengths back when a translation ends.
class Restore {
 public:
  explicit Restore(tlm::tlm_generic_payload& payload)
      : payload_(payload),
        address_(payload.get_address()),
        data_(payload.get_data_ptr()),
        length_(payload.get_data_length()),
        streaming_width_(payload.get_streaming_width()) {}
  ~Restore() {
    payload_.set_address(address_);
    payload_.set_data_ptr(data_);
    payload_.set_data_length(length_);
    payload_.set_streaming_width(streaming_width_);
  }
  Restore(const Restore&) = delete;
  Restore& operator=(const Restore&) = delete;

 private:
  tlm::tlm_generic_payload& payload_;
  sc_dt::uint64 address_;
  unsigned char* data_;
  unsigned length_;
  unsigned streaming_width_;
};

}  // namespace

Bus::Bus(sc_core::sc_module_name name, const BusConfig& config, PowerDomain& domain, EnergyAccount& account,
         const Technology& technology)
    : sc_module(name),
      config_(checked(config)),
      domain_(domain),
      account_(account),
      decoder_(config.targets) {
  const double bits = register_bits(config_);
  block_ = account.add_block(basename(), bits * technology.area_mm2("register_bit"));
  hop_ = account.add_operation(block_, "bus_hop_64", technology.joules("bus_hop_64"));
  domain.attach(block_, bits * technology.leakage_watts("register_bit"),
                bits * technology.joules("register_bit_clock"));
  for (std::size_t index = 0; index < config_.initiators.size(); ++index) {
    from_.push_back(std::make_unique<TargetSocket>(("from_" + config_.initiators[index].name).c_str()));
    from_.back()->register_b_transport(this, &Bus::transport, static_cast<int>(index));
    from_.back()->register_transport_dbg(this, &Bus::debug, static_cast<int>(index));
    from_.back()->register_get_direct_mem_ptr(this, &Bus::direct, static_cast<int>(index));
    ports_.push_back(account.feed().add_port(block_, "from " + config_.initiators[index].name));
  }
  for (std::size_t index = 0; index < config_.targets.size(); ++index) {
    const std::string& target = config_.targets[index].name;
    to_.push_back(std::make_unique<InitiatorSocket>(("to_" + target).c_str()));
    to_.back()->register_invalidate_direct_mem_ptr(this, &Bus::invalidate, static_cast<int>(index));
    if (config_.topology == BusTopology::crossbar || index == 0) {
      const std::string path = config_.topology == BusTopology::shared ? "path" : "path_to_" + target;
      paths_.push_back(std::make_unique<DataPath>(path.c_str(), config_.arbitration, priorities_of(config_)));
    }
  }
}

Bus::TargetSocket& Bus::initiator(std::string_view name) {
  return *from_[index_of(config_.initiators, name, "initiator")];
}

Bus::InitiatorSocket& Bus::target(std::string_view name) {
  return *to_[index_of(config_.targets, name, "target")];
}

std::uint64_t Bus::contended() const {
  std::uint64_t sum = 0;
  for (const auto& path : paths_) sum += path->contended();
  return sum;
}

sc_time Bus::waited() const {
  sc_time sum;
  for (const auto& path : paths_) sum += path->waited();
  return sum;
}

void Bus::transport(int initiator, tlm::tlm_generic_payload& payload, sc_time& delay) {
  const std::uint64_t address = payload.get_address();
  const std::uint64_t length = payload.get_data_length();
  const std::optional<std::size_t> target = decoder_.find(address);
  if (!domain_.ready()) {
    payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
    return;
  }
  if (!target) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  const AddressWindow& window = config_.targets[*target];
  const std::uint64_t offset = address - window.base;
  const std::uint64_t span = std::min<std::uint64_t>(length, payload.get_streaming_width());
  if (span == 0 || span > window.bytes - offset) {
    payload.set_response_status(span == 0 ? tlm::TLM_BURST_ERROR_RESPONSE : tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  const Restore restore(payload);
  payload.set_address(offset);
  const bool whole =
      length <= config_.max_burst_bytes || span != length || payload.get_byte_enable_ptr() != nullptr;
  if (whole) {
    move_chunk(static_cast<std::size_t>(initiator), *target, payload, delay);
  } else {
    move_in_chunks(static_cast<std::size_t>(initiator), *target, payload, delay);
  }
}

void Bus::move_in_chunks(std::size_t initiator, std::size_t target, tlm::tlm_generic_payload& payload,
                         sc_time& delay) {
  const std::uint64_t begin = payload.get_address();
  unsigned char* const data = payload.get_data_ptr();
  const std::uint64_t length = payload.get_data_length();
  for (std::uint64_t done = 0; done < length;) {
    if (done > 0) {  // let simulated time catch up, so that others can claim the path meanwhile
      wait(delay);
      delay = sc_core::SC_ZERO_TIME;
    }
    const auto here = static_cast<unsigned>(std::min<std::uint64_t>(length - done, config_.max_burst_bytes));
    payload.set_address(begin + done);
    payload.set_data_ptr(data + done);
    payload.set_data_length(here);
    payload.set_streaming_width(here);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    move_chunk(initiator, target, payload, delay);
    if (!payload.is_response_ok()) return;
    done += here;
  }
}

void Bus::move_chunk(std::size_t initiator, std::size_t target, tlm::tlm_generic_payload& payload,
                     sc_time& delay) {
  const std::uint64_t bytes = payload.get_data_length();
  const std::uint64_t beats = words_touched(payload.get_address(), bytes, config_.width_bytes).count;
  const sc_time on_path = domain_.cycles(beats);
  const sc_time granted = path_to(target).acquire(initiator, on_path, delay);
  const sc_time now = sc_core::sc_time_stamp();
  const Interval when{now + granted, now + granted + on_path};
  const bool read = payload.is_read();
  const OperationCount hops{hop_, (bytes + 7) / 8};
  account_.book_access(ports_[initiator], {&hops, 1}, {read ? bytes : 0, read ? 0 : bytes}, when,
                       layer_of(payload, account_));
  account_.book_busy(block_, busy_.reserve(when));

  delay = granted + domain_.cycles(config_.address_cycles);
  const sc_time bus_end = now + granted + domain_.cycles(config_.address_cycles + beats);
  (*to_[target])->b_transport(payload, delay);
  const sc_time after = sc_core::sc_time_stamp();  // the target may have waited
  delay = std::max(after + delay, bus_end) - after;
}

unsigned Bus::debug(int, tlm::tlm_generic_payload& payload) {
  const std::optional<std::size_t> target = decoder_.find(payload.get_address());
  if (!target) return 0;
  const AddressWindow& window = config_.targets[*target];
  const Restore restore(payload);
  const std::uint64_t offset = payload.get_address() - window.base;
  payload.set_address(offset);
  payload.set_data_length(
      static_cast<unsigned>(std::min<std::uint64_t>(payload.get_data_length(), window.bytes - offset)));
  return (*to_[*target])->transport_dbg(payload);
}

bool Bus::direct(int, tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi) {
  const std::uint64_t address = payload.get_address();
  const std::optional<std::size_t> target = decoder_.find(address);
  if (!target || !domain_.ready()) {
    dmi.set_start_address(address);
    dmi.set_end_address(address);
    return false;
  }
  const AddressWindow& window = config_.targets[*target];
  const Restore restore(payload);
  payload.set_address(address - window.base);
  const bool granted = (*to_[*target])->get_direct_mem_ptr(payload, dmi);
  dmi.set_end_address(window.base + std::min<std::uint64_t>(dmi.get_end_address(), window.bytes - 1));
  dmi.set_start_address(window.base + std::min<std::uint64_t>(dmi.get_start_address(), window.bytes - 1));
  return granted;
}

void Bus::invalidate(int target, sc_dt::uint64 start, sc_dt::uint64 end) {
  const AddressWindow& window = config_.targets[static_cast<std::size_t>(target)];
  if (start >= window.bytes) return;
  end = std::min<std::uint64_t>(end, window.bytes - 1);
  for (const auto& initiator : from_) {
    (*initiator)->invalidate_direct_mem_ptr(window.base + start, window.base + end);
  }
}

}  // namespace kasane
