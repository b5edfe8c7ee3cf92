#include "platform/soc.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace kasane {
namespace {

std::vector<std::unique_ptr<PowerDomain>> make_domains(const ChipConfig& config, const Technology& technology,
                                                       EnergyAccount& account) {
  std::vector<std::unique_ptr<PowerDomain>> domains;
  for (std::size_t index = 0; index < domain_names.size(); ++index) {
    const bool exists =
        config.kernel_comp_units.present() || !only_with_kernel_comp_units(static_cast<DomainId>(index));
    if (!exists) continue;
    domains.push_back(std::make_unique<PowerDomain>(std::string(domain_names[index]), config.domains[index],
                                                    technology.scaling(), account));
  }
  return domains;
}

std::vector<PowerDomain*> pointers(const std::vector<std::unique_ptr<PowerDomain>>& domains) {
  std::vector<PowerDomain*> list;
  for (const auto& domain : domains) list.push_back(domain.get());
  return list;
}

std::vector<MemoryMapEntry> blocks_of(const ChipConfig& config) {
  std::vector<MemoryMapEntry> blocks;
  for (const MemoryMapEntry& entry : memory_map) {
    if (config.kernel_comp_units.present() || !only_with_kernel_comp_units(entry.domain))
      blocks.push_back(entry);
  }
  return blocks;
}

HartConfig hart_config(HartConfig config) {
  config.reset_vector = memory_map_entry(KASANE_DEVICE_BOOT_ROM).base;
  return config;
}

MemoryConfig boot_rom_config() {
  return {.bytes = 4096};
}

PlicConfig plic_config(const std::vector<MemoryMapEntry>& blocks) {
  PlicConfig config;
  for (const MemoryMapEntry& entry : blocks) config.sources = std::max(config.sources, entry.interrupt);
  return config;
}

const char* name_of(std::uint32_t kind) {
  return memory_map_entry(kind).name.data();
}

KernelDispatcherConfig dispatcher_config(const ChipConfig& config) {
  return {.units = config.kernel_comp_units.units,
          .sums_bytes = config.kernel_comp_units.partial_sum_memory.bytes,
          .table_bytes = config.kernel_comp_units.table_memory.bytes,
          .ncu_base = memory_map_entry(KASANE_DEVICE_NCU).base};
}

}  // namespace

Soc::KernelCompUnits::KernelCompUnits(const ChipConfig& config, PowerDomain& units, PowerDomain& memories,
                                      EnergyAccount& account, const Technology& technology)
    : partial_sum_memory(name_of(KASANE_DEVICE_SUMS), config.kernel_comp_units.partial_sum_memory, memories,
                         account, technology),
      table_memory(name_of(KASANE_DEVICE_TABLE), config.kernel_comp_units.table_memory, memories, account,
                   technology),
      dispatcher(name_of(KASANE_DEVICE_KCU), dispatcher_config(config), units, account, technology) {}

Soc::Soc(sc_core::sc_module_name name, const ChipConfig& config, const Technology& technology,
         std::function<void(char)> console, RunObserver& observer)
    : sc_module(name),
      config_(config),
      memory_map_(blocks_of(config)),
      domains_(make_domains(config, technology, account_)),
      hart_("cpu", hart_config(config.hart), domain(DomainId::cpu), account_, technology),
      bus_("bus", bus_config(), domain(DomainId::system), account_, technology),
      boot_rom_(name_of(KASANE_DEVICE_BOOT_ROM), boot_rom_config(), domain_of(KASANE_DEVICE_BOOT_ROM),
                account_, technology),
      ram_(name_of(KASANE_DEVICE_RAM), config.ram, domain_of(KASANE_DEVICE_RAM), account_, technology),
      dram_(name_of(KASANE_DEVICE_DRAM), config.dram, domain_of(KASANE_DEVICE_DRAM), account_, technology),
      uart_(name_of(KASANE_DEVICE_UART), config.uart, domain_of(KASANE_DEVICE_UART), account_, technology,
            std::move(console)),
      clint_(name_of(KASANE_DEVICE_CLINT), config.clint, domain_of(KASANE_DEVICE_CLINT), account_,
             technology),
      plic_(name_of(KASANE_DEVICE_PLIC), plic_config(memory_map_), domain_of(KASANE_DEVICE_PLIC), account_,
            technology),
      dma_(name_of(KASANE_DEVICE_DMA), config.dma, domain_of(KASANE_DEVICE_DMA), account_, technology),
      power_manager_(name_of(KASANE_DEVICE_POWER_MANAGER), domain_of(KASANE_DEVICE_POWER_MANAGER), account_,
                     technology, pointers(domains_)),
      run_monitor_(name_of(KASANE_DEVICE_RUN_MONITOR), {}, account_, observer),
      feature_map_memory_(name_of(KASANE_DEVICE_FMM), config.feature_map_memory, domain_of(KASANE_DEVICE_FMM),
                          account_, technology),
      weight_memory_(name_of(KASANE_DEVICE_WM), config.weight_memory, domain_of(KASANE_DEVICE_WM), account_,
                     technology),
      neural_comp_unit_(name_of(KASANE_DEVICE_NCU), config.ncu, domain_of(KASANE_DEVICE_NCU), account_,
                        technology),
      interrupts_("interrupt", plic_config(memory_map_).sources) {
  if (config.kernel_comp_units.present()) {
    kernel_comp_units_ = std::make_unique<KernelCompUnits>(config, domain(DomainId::kcu),
                                                           domain(DomainId::kcm), account_, technology);
  }
  connect_targets();
  connect_interrupts();
  hart_.bus.bind(bus_.initiator("cpu"));
  dma_.bus.socket.bind(bus_.initiator("dma"));
  neural_comp_unit_.bus.socket.bind(bus_.initiator("ncu"));
  neural_comp_unit_.fmm.socket.bind(feature_map_memory_.engine_ports[0]);
  neural_comp_unit_.weights.socket.bind(weight_memory_.engine_ports[0]);
  if (kernel_comp_units_) connect_kernel_comp_units();
}

/// Port n of Feature Map Memory and partial sum memory belongs to the NCU for n = 0, to the units for the
/// rest.
void Soc::connect_kernel_comp_units() {
  KernelDispatcher& dispatcher = kernel_comp_units_->dispatcher;
  BankedSram& sums = kernel_comp_units_->partial_sum_memory;
  BankedSram& table = kernel_comp_units_->table_memory;
  bus_.target(name_of(KASANE_DEVICE_KCU)).bind(dispatcher.registers);
  bus_.target(name_of(KASANE_DEVICE_SUMS)).bind(sums.bus);
  bus_.target(name_of(KASANE_DEVICE_TABLE)).bind(table.bus);
  dispatcher.bus.socket.bind(bus_.initiator("kcu"));
  dispatcher.ncu.socket.bind(bus_.initiator("kcu_ncu"));
  dispatcher.table.socket.bind(table.engine_ports[0]);
  dispatcher.ncu_busy.bind(neural_comp_unit_.busy);
  dispatcher.interrupt.bind(interrupts_[memory_map_entry(KASANE_DEVICE_KCU).interrupt - 1]);
  neural_comp_unit_.sums.socket.bind(sums.engine_ports[0]);
  for (std::uint32_t port = 0; port < dispatcher.fmm.size(); ++port) {
    dispatcher.fmm[port]->socket.bind(feature_map_memory_.engine_ports[port + 1]);
    dispatcher.sums[port]->socket.bind(sums.engine_ports[port + 1]);
  }
}

std::uint64_t Soc::size_of(const MemoryMapEntry& entry) const {
  switch (entry.kind) {
    case KASANE_DEVICE_BOOT_ROM:
      return boot_rom_config().bytes;
    case KASANE_DEVICE_RAM:
      return config_.ram.bytes;
    case KASANE_DEVICE_DRAM:
      return config_.dram.bytes;
    case KASANE_DEVICE_FMM:
      return config_.feature_map_memory.bytes;
    case KASANE_DEVICE_WM:
      return config_.weight_memory.bytes;
    case KASANE_DEVICE_SUMS:
      return config_.kernel_comp_units.partial_sum_memory.bytes;
    case KASANE_DEVICE_TABLE:
      return config_.kernel_comp_units.table_memory.bytes;
    default:
      return entry.bytes;
  }
}

BusConfig Soc::bus_config() const {
  BusConfig bus = config_.bus;
  bus.initiators = {{"cpu", 1}, {"dma", 2}, {"ncu", 0}};
  if (config_.kernel_comp_units.present()) {
    bus.initiators.push_back({"kcu", 0});
    bus.initiators.push_back({"kcu_ncu", 0});
  }
  for (const MemoryMapEntry& entry : memory_map_) {
    bus.targets.push_back({std::string(entry.name), entry.base, size_of(entry)});
  }
  return bus;
}

void Soc::connect_targets() {
  const auto target = [this](std::uint32_t kind) -> Bus::InitiatorSocket& {
    return bus_.target(memory_map_entry(kind).name);
  };
  target(KASANE_DEVICE_BOOT_ROM).bind(boot_rom_.socket);
  target(KASANE_DEVICE_RAM).bind(ram_.socket);
  target(KASANE_DEVICE_DRAM).bind(dram_.socket);
  target(KASANE_DEVICE_UART).bind(uart_.registers);
  target(KASANE_DEVICE_CLINT).bind(clint_.registers);
  target(KASANE_DEVICE_PLIC).bind(plic_.registers);
  target(KASANE_DEVICE_DMA).bind(dma_.registers);
  target(KASANE_DEVICE_POWER_MANAGER).bind(power_manager_.registers);
  target(KASANE_DEVICE_RUN_MONITOR).bind(run_monitor_.registers);
  target(KASANE_DEVICE_FMM).bind(feature_map_memory_.bus);
  target(KASANE_DEVICE_WM).bind(weight_memory_.bus);
  target(KASANE_DEVICE_NCU).bind(neural_comp_unit_.registers);
}

void Soc::connect_interrupts() {
  clint_.timer_interrupt[0].bind(timer_interrupt_);
  clint_.software_interrupt[0].bind(software_interrupt_);
  plic_.hart_interrupt[0].bind(external_interrupt_);
  hart_.timer_interrupt.bind(timer_interrupt_);
  hart_.software_interrupt.bind(software_interrupt_);
  hart_.external_interrupt.bind(external_interrupt_);
  hart_.supervisor_external_interrupt.bind(supervisor_external_interrupt_);
  hart_.set_time_source([this](const sc_core::sc_time& at) { return clint_.mtime(at); });
  for (std::uint32_t source = 1; source <= interrupts_.size(); ++source) {
    plic_.source(source).bind(interrupts_[source - 1]);
  }
  const auto line = [this](std::uint32_t kind) -> sc_core::sc_signal<bool>& {
    return interrupts_[memory_map_entry(kind).interrupt - 1];
  };
  uart_.interrupt.bind(line(KASANE_DEVICE_UART));
  dma_.interrupt.bind(line(KASANE_DEVICE_DMA));
  neural_comp_unit_.interrupt.bind(line(KASANE_DEVICE_NCU));
}

std::vector<kasane_device> Soc::devices() const {
  std::vector<kasane_device> list;
  for (const MemoryMapEntry& entry : memory_map_) {
    list.push_back({.kind = entry.kind,
                    .interrupt = entry.interrupt,
                    .base = entry.base,
                    .bytes = size_of(entry),
                    .power_domain = static_cast<std::uint32_t>(entry.domain),
                    .reserved = 0});
  }
  return list;
}

const RegisterBank* Soc::registers(std::uint32_t kind) const {
  switch (kind) {
    case KASANE_DEVICE_UART:
      return &uart_.register_bank();
    case KASANE_DEVICE_CLINT:
      return &clint_.register_bank();
    case KASANE_DEVICE_PLIC:
      return &plic_.register_bank();
    case KASANE_DEVICE_DMA:
      return &dma_.register_bank();
    case KASANE_DEVICE_POWER_MANAGER:
      return &power_manager_.register_bank();
    case KASANE_DEVICE_RUN_MONITOR:
      return &run_monitor_.register_bank();
    case KASANE_DEVICE_NCU:
      return &neural_comp_unit_.register_bank();
    case KASANE_DEVICE_KCU:
      return kernel_comp_units_ ? &kernel_comp_units_->dispatcher.register_bank() : nullptr;
    default:
      return nullptr;
  }
}

TraceLayout Soc::trace_layout(std::vector<std::string> layers) const {
  std::vector<std::string> sources(interrupts_.size() + 1);
  for (const MemoryMapEntry& entry : memory_map_) {
    if (entry.interrupt != KASANE_NO_INTERRUPT) sources[entry.interrupt] = entry.name;
  }
  return {account_, std::move(layers), std::move(sources), hart_.block()};
}

PeakRates Soc::peak_rates(std::string_view block) const {
  const auto hertz = [this](DomainId id) {
    return static_cast<double>(domains_[static_cast<std::size_t>(id)]->point().hertz);
  };
  const auto engine_ports = [&](const BankedSramConfig& memory, DomainId id) {
    return PeakRates{.bytes_per_second = hertz(id) * memory.engine_ports * memory.port_width_bytes};
  };
  if (block == name_of(KASANE_DEVICE_NCU)) {
    return {.macs_per_second = hertz(DomainId::ncu) * config_.ncu.lanes_in * config_.ncu.lanes_out};
  }
  if (block == name_of(KASANE_DEVICE_FMM)) return engine_ports(feature_map_memory_.config(), DomainId::fmm);
  if (block == name_of(KASANE_DEVICE_WM)) return engine_ports(weight_memory_.config(), DomainId::wm);
  if (kernel_comp_units_ && block == name_of(KASANE_DEVICE_SUMS)) {
    return engine_ports(kernel_comp_units_->partial_sum_memory.config(), DomainId::kcm);
  }
  if (block == name_of(KASANE_DEVICE_RAM)) {
    return {.bytes_per_second = hertz(DomainId::cpu) * config_.ram.width_bytes};
  }
  if (block == name_of(KASANE_DEVICE_DRAM)) {  // behind the bus, whichever is narrower
    const double bus = hertz(DomainId::system) * config_.bus.width_bytes;
    return {.bytes_per_second = std::min(static_cast<double>(config_.dram.bytes_per_second), bus)};
  }
  return {};
}

void Soc::load(std::uint64_t address, std::span<const std::uint8_t> bytes, const std::string& what) {
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

void Soc::load(const ElfImage& image, const std::string& what) {
  for (const ElfSegment& segment : image.segments) load(segment.address, segment.bytes, what);
}

}  // namespace kasane
