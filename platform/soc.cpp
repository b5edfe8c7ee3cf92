#include "platform/soc.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace kasane {
namespace {

std::vector<PowerDomain*> pointers(const std::vector<std::unique_ptr<PowerDomain>>& domains) {
  std::vector<PowerDomain*> list;
  for (const auto& domain : domains) list.push_back(domain.get());
  return list;
}

/// Bytes the block answers to: a memory's size, a device's window.
std::uint64_t size_of(const MemoryMapEntry& entry, const ChipConfig& config) {
  switch (entry.kind) {
    case KASANE_DEVICE_BOOT_ROM:
      return config.boot_rom.bytes;
    case KASANE_DEVICE_RAM:
      return config.ram.bytes;
    case KASANE_DEVICE_DRAM:
      return config.dram.bytes;
    case KASANE_DEVICE_FMM:
      return config.feature_map_memory.bytes;
    case KASANE_DEVICE_WM:
      return config.weight_memory.bytes;
    case KASANE_DEVICE_SUMS:
      return config.kernel_comp_units.partial_sum_memory.bytes;
    case KASANE_DEVICE_TABLE:
      return config.kernel_comp_units.table_memory.bytes;
    default:
      return entry.bytes;
  }
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
    : Machine(name, config, plan(config), technology, std::move(console)),
      config_(config),
      ram_(name_of(KASANE_DEVICE_RAM), config.ram, domain_of(KASANE_DEVICE_RAM), account_, technology),
      dma_(name_of(KASANE_DEVICE_DMA), config.dma, domain_of(KASANE_DEVICE_DMA), account_, technology),
      power_manager_(name_of(KASANE_DEVICE_POWER_MANAGER), domain_of(KASANE_DEVICE_POWER_MANAGER), account_,
                     technology, pointers(domains_)),
      run_monitor_(name_of(KASANE_DEVICE_RUN_MONITOR), {}, account_, observer),
      feature_map_memory_(name_of(KASANE_DEVICE_FMM), config.feature_map_memory, domain_of(KASANE_DEVICE_FMM),
                          account_, technology),
      weight_memory_(name_of(KASANE_DEVICE_WM), config.weight_memory, domain_of(KASANE_DEVICE_WM), account_,
                     technology),
      neural_comp_unit_(name_of(KASANE_DEVICE_NCU), config.ncu, domain_of(KASANE_DEVICE_NCU), account_,
                        technology) {
  if (config.kernel_comp_units.present()) {
    kernel_comp_units_ = std::make_unique<KernelCompUnits>(config, domain(DomainId::kcu),
                                                           domain(DomainId::kcm), account_, technology);
  }
  if (config.cartesian_array) {
    cartesian_array_ =
        std::make_unique<CartesianArray>(name_of(KASANE_DEVICE_CARTESIAN), *config.cartesian_array,
                                         domain(DomainId::array), account_, technology);
  }
  if (config.hiddenite) {
    hiddenite_ = std::make_unique<Hiddenite>(name_of(KASANE_DEVICE_HIDDENITE), *config.hiddenite,
                                             domain(DomainId::hiddenite), account_, technology);
  }
  if (config.exit_unit) {
    exit_unit_ = std::make_unique<ExitUnit>(name_of(KASANE_DEVICE_EXIT_UNIT), *config.exit_unit,
                                            domain_of(KASANE_DEVICE_EXIT_UNIT), account_, technology);
  }
  connect_targets();
  dma_.interrupt.bind(interrupt_of(KASANE_DEVICE_DMA));
  neural_comp_unit_.interrupt.bind(interrupt_of(KASANE_DEVICE_NCU));
  dma_.bus.socket.bind(bus_.initiator("dma"));
  neural_comp_unit_.bus.socket.bind(bus_.initiator("ncu"));
  neural_comp_unit_.fmm.socket.bind(feature_map_memory_.engine_ports[0]);
  neural_comp_unit_.weights.socket.bind(weight_memory_.engine_ports[0]);
  if (kernel_comp_units_) connect_kernel_comp_units();
  std::size_t port = 0;
  if (cartesian_array_) {
    connect_weights(*cartesian_array_, port);
    connect_engine(*cartesian_array_, KASANE_DEVICE_CARTESIAN, "array", port++);
  }
  if (hiddenite_) {
    connect_weights(*hiddenite_, port);
    connect_engine(*hiddenite_, KASANE_DEVICE_HIDDENITE, "hiddenite", port++);
  }
  if (exit_unit_) connect_engine(*exit_unit_, KASANE_DEVICE_EXIT_UNIT, "exit_unit", port++);
}

Machine::Plan Soc::plan(const ChipConfig& config) {
  Plan plan{.memory_map = {}, .domains = {}, .initiators = {{"cpu", 1}, {"dma", 2}, {"ncu", 0}}};
  if (config.kernel_comp_units.present()) {
    plan.initiators.push_back({"kcu", 0});
    plan.initiators.push_back({"kcu_ncu", 0});
  }
  if (config.cartesian_array) plan.initiators.push_back({"array", 0});
  if (config.hiddenite) plan.initiators.push_back({"hiddenite", 0});
  if (config.exit_unit) plan.initiators.push_back({"exit_unit", 0});
  for (std::size_t index = 0; index < domain_names.size(); ++index) {
    const auto id = static_cast<DomainId>(index);
    if (has_domain(config, id)) plan.domains.push_back(id);
  }
  for (MemoryMapEntry entry : kasane::memory_map) {
    if (!has_block(config, entry)) continue;
    entry.bytes = size_of(entry, config);
    plan.plic.sources = std::max(plan.plic.sources, entry.interrupt);
    plan.memory_map.push_back(entry);
  }
  return plan;
}

/// Port n of Feature Map Memory and partial sum memory belongs to the NCU for n = 0, to the units for the
/// rest.
void Soc::connect_kernel_comp_units() {
  KernelDispatcher& dispatcher = kernel_comp_units_->dispatcher;
  BankedSram& sums = kernel_comp_units_->partial_sum_memory;
  BankedSram& table = kernel_comp_units_->table_memory;
  to(KASANE_DEVICE_KCU).bind(dispatcher.registers);
  to(KASANE_DEVICE_SUMS).bind(sums.bus);
  to(KASANE_DEVICE_TABLE).bind(table.bus);
  dispatcher.bus.socket.bind(bus_.initiator("kcu"));
  dispatcher.ncu.socket.bind(bus_.initiator("kcu_ncu"));
  dispatcher.table.socket.bind(table.engine_ports[0]);
  dispatcher.ncu_busy.bind(neural_comp_unit_.busy);
  dispatcher.interrupt.bind(interrupt_of(KASANE_DEVICE_KCU));
  neural_comp_unit_.sums.socket.bind(sums.engine_ports[0]);
  for (std::uint32_t port = 0; port < dispatcher.fmm.size(); ++port) {
    dispatcher.fmm[port]->socket.bind(feature_map_memory_.engine_ports[port + 1]);
    dispatcher.sums[port]->socket.bind(sums.engine_ports[port + 1]);
  }
}

template <typename Engine>
void Soc::connect_engine(Engine& engine, std::uint32_t kind, std::string_view initiator, std::size_t port) {
  const std::size_t units = kernel_comp_units_ ? kernel_comp_units_->dispatcher.fmm.size() : 0;
  to(kind).bind(engine.registers);
  engine.interrupt.bind(interrupt_of(kind));
  engine.bus.socket.bind(bus_.initiator(initiator));
  engine.fmm.socket.bind(feature_map_memory_.engine_ports[1 + units + port]);
}

template <typename Engine>
void Soc::connect_weights(Engine& engine, std::size_t port) {
  engine.weights.socket.bind(weight_memory_.engine_ports[1 + port]);
}

void Soc::connect_targets() {
  to(KASANE_DEVICE_RAM).bind(ram_.socket);
  to(KASANE_DEVICE_DMA).bind(dma_.registers);
  to(KASANE_DEVICE_POWER_MANAGER).bind(power_manager_.registers);
  to(KASANE_DEVICE_RUN_MONITOR).bind(run_monitor_.registers);
  to(KASANE_DEVICE_FMM).bind(feature_map_memory_.bus);
  to(KASANE_DEVICE_WM).bind(weight_memory_.bus);
  to(KASANE_DEVICE_NCU).bind(neural_comp_unit_.registers);
}

std::vector<kasane_device> Soc::devices() const {
  std::vector<kasane_device> list;
  for (const MemoryMapEntry& entry : memory_map()) {
    list.push_back({.kind = entry.kind,
                    .interrupt = entry.interrupt,
                    .base = entry.base,
                    .bytes = entry.bytes,
                    .power_domain = static_cast<std::uint32_t>(index_of(entry.domain)),
                    .reserved = 0});
  }
  return list;
}

const RegisterBank* Soc::registers(std::uint32_t kind) const {
  switch (kind) {
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
    case KASANE_DEVICE_CARTESIAN:
      return cartesian_array_ ? &cartesian_array_->register_bank() : nullptr;
    case KASANE_DEVICE_HIDDENITE:
      return hiddenite_ ? &hiddenite_->register_bank() : nullptr;
    case KASANE_DEVICE_EXIT_UNIT:
      return exit_unit_ ? &exit_unit_->register_bank() : nullptr;
    default:
      return Machine::registers(kind);
  }
}

PeakRates Soc::peak_rates(std::string_view block) const {
  const auto engine_ports = [&](const BankedSramConfig& memory, DomainId id) {
    return PeakRates{.bytes_per_second = hertz(id) * memory.engine_ports * memory.port_width_bytes};
  };
  if (block == name_of(KASANE_DEVICE_NCU)) {
    return {.macs_per_second = hertz(DomainId::ncu) * config_.ncu.lanes_in * config_.ncu.lanes_out};
  }
  if (cartesian_array_ && block == name_of(KASANE_DEVICE_CARTESIAN)) {
    const CartesianConfig& array = *config_.cartesian_array;
    return {.macs_per_second = hertz(DomainId::array) * array.rows * array.columns};
  }
  if (hiddenite_ && block == name_of(KASANE_DEVICE_HIDDENITE)) {
    return {.macs_per_second = hertz(DomainId::hiddenite) * config_.hiddenite->lanes()};
  }
  if (block == name_of(KASANE_DEVICE_FMM)) return engine_ports(feature_map_memory_.config(), DomainId::fmm);
  if (block == name_of(KASANE_DEVICE_WM)) return engine_ports(weight_memory_.config(), DomainId::wm);
  if (kernel_comp_units_ && block == name_of(KASANE_DEVICE_SUMS)) {
    return engine_ports(kernel_comp_units_->partial_sum_memory.config(), DomainId::kcm);
  }
  if (block == name_of(KASANE_DEVICE_RAM)) {
    return {.bytes_per_second = hertz(DomainId::cpu) * config_.ram.width_bytes};
  }
  return Machine::peak_rates(block);
}

}  // namespace kasane
