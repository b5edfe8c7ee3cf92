#include "platform/machine.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace kasane {
namespace {

std::vector<std::unique_ptr<PowerDomain>> make_domains(const MachineConfig& config,
                                                       const std::vector<DomainId>& ids,
                                                       const Technology& technology, EnergyAccount& account) {
  std::vector<std::unique_ptr<PowerDomain>> domains;
  for (const DomainId id : ids) {
    const auto index = static_cast<std::size_t>(id);
    domains.push_back(std::make_unique<PowerDomain>(std::string(domain_names[index]), config.domains[index],
                                                    technology.scaling(), account));
  }
  return domains;
}

const MemoryMapEntry& find(const std::vector<MemoryMapEntry>& memory_map, std::uint32_t kind) {
  const auto found = std::find_if(memory_map.begin(), memory_map.end(),
                                  [&](const MemoryMapEntry& entry) { return entry.kind == kind; });
  if (found == memory_map.end()) {
    throw std::invalid_argument("memory map: expected a block of kind " + std::to_string(kind));
  }
  return *found;
}

const char* name_of(const std::vector<MemoryMapEntry>& memory_map, std::uint32_t kind) {
  return find(memory_map, kind).name.data();
}

HartConfig hart_config(HartConfig config, const std::vector<MemoryMapEntry>& memory_map) {
  config.reset_vector = find(memory_map, KASANE_DEVICE_BOOT_ROM).base;
  return config;
}

BusConfig bus_config(BusConfig config, const std::vector<MemoryMapEntry>& memory_map,
                     std::vector<BusInitiator> initiators) {
  config.initiators = std::move(initiators);
  for (const MemoryMapEntry& entry : memory_map) {
    config.targets.push_back({std::string(entry.name), entry.base, entry.bytes});
  }
  return config;
}

}  // namespace

Machine::Machine(sc_core::sc_module_name name, const MachineConfig& config, Plan plan,
                 const Technology& technology, std::function<void(char)> console)
    : sc_module(name),
      config_(config),
      memory_map_(std::move(plan.memory_map)),
      domain_ids_(std::move(plan.domains)),
      domains_(make_domains(config, domain_ids_, technology, account_)),
      hart_("cpu", hart_config(config.hart, memory_map_), domain(DomainId::cpu), account_, technology),
      bus_("bus", bus_config(config.bus, memory_map_, std::move(plan.initiators)), domain(DomainId::system),
           account_, technology),
      boot_rom_(name_of(memory_map_, KASANE_DEVICE_BOOT_ROM), config.boot_rom,
                domain_of(KASANE_DEVICE_BOOT_ROM), account_, technology),
      dram_(name_of(memory_map_, KASANE_DEVICE_DRAM), config.dram, domain_of(KASANE_DEVICE_DRAM), account_,
            technology),
      uart_(name_of(memory_map_, KASANE_DEVICE_UART), config.uart, domain_of(KASANE_DEVICE_UART), account_,
            technology, std::move(console)),
      clint_(name_of(memory_map_, KASANE_DEVICE_CLINT), config.clint, domain_of(KASANE_DEVICE_CLINT),
             account_, technology),
      plic_(name_of(memory_map_, KASANE_DEVICE_PLIC), plan.plic, domain_of(KASANE_DEVICE_PLIC), account_,
            technology),
      interrupts_("interrupt", plan.plic.sources) {
  hart_.bus.bind(bus_.initiator("cpu"));
  connect_targets();
  connect_interrupts();
}

void Machine::connect_targets() {
  to(KASANE_DEVICE_BOOT_ROM).bind(boot_rom_.socket);
  to(KASANE_DEVICE_DRAM).bind(dram_.socket);
  to(KASANE_DEVICE_UART).bind(uart_.registers);
  to(KASANE_DEVICE_CLINT).bind(clint_.registers);
  to(KASANE_DEVICE_PLIC).bind(plic_.registers);
}

void Machine::connect_interrupts() {
  clint_.timer_interrupt[0].bind(timer_interrupt_);
  clint_.software_interrupt[0].bind(software_interrupt_);
  plic_.hart_interrupt[0].bind(external_interrupt_);
  if (plic_.hart_interrupt.size() > 1) plic_.hart_interrupt[1].bind(supervisor_external_interrupt_);
  hart_.timer_interrupt.bind(timer_interrupt_);
  hart_.software_interrupt.bind(software_interrupt_);
  hart_.external_interrupt.bind(external_interrupt_);
  hart_.supervisor_external_interrupt.bind(supervisor_external_interrupt_);
  hart_.set_time_source([this](const sc_core::sc_time& at) { return clint_.mtime(at); });
  for (std::uint32_t source = 1; source <= interrupts_.size(); ++source) {
    plic_.source(source).bind(interrupts_[source - 1]);
  }
  uart_.interrupt.bind(interrupt_of(KASANE_DEVICE_UART));
}

const MemoryMapEntry& Machine::entry(std::uint32_t kind) const {
  return find(memory_map_, kind);
}

std::size_t Machine::index_of(DomainId id) const {
  const auto found = std::find(domain_ids_.begin(), domain_ids_.end(), id);
  if (found == domain_ids_.end()) throw std::logic_error("machine: has no such power domain");
  return static_cast<std::size_t>(found - domain_ids_.begin());
}

double Machine::hertz(DomainId id) const {
  return static_cast<double>(domains_[index_of(id)]->point().hertz);
}

sc_core::sc_signal<bool>& Machine::interrupt_of(std::uint32_t kind) {
  return interrupts_[entry(kind).interrupt - 1];
}

const RegisterBank* Machine::registers(std::uint32_t kind) const {
  switch (kind) {
    case KASANE_DEVICE_UART:
      return &uart_.register_bank();
    case KASANE_DEVICE_CLINT:
      return &clint_.register_bank();
    case KASANE_DEVICE_PLIC:
      return &plic_.register_bank();
    default:
      return nullptr;
  }
}

TraceLayout Machine::trace_layout(std::vector<std::string> layers) const {
  std::vector<std::string> sources(interrupts_.size() + 1);
  for (const MemoryMapEntry& entry : memory_map_) {
    if (entry.interrupt != KASANE_NO_INTERRUPT) sources[entry.interrupt] = entry.name;
  }
  return {account_, std::move(layers), std::move(sources), hart_.block()};
}

PeakRates Machine::peak_rates(std::string_view block) const {
  if (block != entry(KASANE_DEVICE_DRAM).name) return {};
  // Behind the bus, whichever is narrower.
  const double bus = hertz(DomainId::system) * config_.bus.width_bytes;
  return {.bytes_per_second = std::min(static_cast<double>(config_.dram.bytes_per_second), bus)};
}

void Machine::load(std::uint64_t address, std::span<const std::uint8_t> bytes, const std::string& what) {
  // One debug access moves at most what fits an unsigned length.
  constexpr std::size_t chunk = std::size_t{1} << 28;
  for (std::size_t done = 0; done < bytes.size();) {
    const auto length = static_cast<unsigned>(std::min(chunk, bytes.size() - done));
    tlm::tlm_generic_payload payload;
    payload.set_write();
    payload.set_address(address + done);
    payload.set_data_ptr(const_cast<std::uint8_t*>(bytes.data() + done));  // only read by a write
    payload.set_data_length(length);
    payload.set_streaming_width(length);
    if (hart_.bus->transport_dbg(payload) != length) {
      throw std::invalid_argument(what + ": " + std::to_string(bytes.size()) +
                                  " bytes do not fit the memory at " + std::to_string(address));
    }
    done += length;
  }
}

void Machine::load(const ElfImage& image, const std::string& what) {
  for (const ElfSegment& segment : image.segments) load(segment.address, segment.bytes, what);
}

}  // namespace kasane
