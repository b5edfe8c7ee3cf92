#include "platform/scenario/chip_reader.h"

#include <algorithm>
#include <stdexcept>

#include "kasane/kernel_comp_units.h"
#include "platform/virt/memory_map.h"

namespace kasane {
namespace {

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;
constexpr Range<std::uint64_t> memory_sizes{kib, 1024 * mib};

/// What the chip's logic must never switch off: it would not come back.
bool always_on(DomainId domain) {
  return domain == DomainId::system || domain == DomainId::cpu;
}

PowerDomainConfig read_domain(Section section, DomainId id) {
  PowerDomainConfig domain;
  section.require("points");
  for (Section point : section.list("points")) {
    OperatingPoint read;
    point.require("frequency");
    point.hertz("frequency", read.hertz);
    point.require("voltage");
    point.volts("voltage", read.volts, {0.4, 1.5});
    point.finish();
    domain.points.push_back(read);
  }
  if (domain.points.empty()) section.fail("points", "expected at least one operating point");
  const auto last = static_cast<std::uint32_t>(domain.points.size() - 1);
  section.integer("initial_point", domain.initial_point, {0, last});
  section.time("wake_up", domain.wake_up);
  section.finish();
  domain.clock_can_gate = !always_on(id);
  domain.power_can_gate = !always_on(id);
  return domain;
}

void read_required_domain(Section& section, MachineConfig& machine, DomainId id) {
  const auto index = static_cast<std::size_t>(id);
  const std::string name(domain_names[index]);
  section.require(name);
  machine.domains[index] = read_domain(section.section(name), id);
}

void read_domains(Section section, ChipConfig& chip) {
  for (std::size_t index = 0; index < domain_names.size(); ++index) {
    const auto id = static_cast<DomainId>(index);
    if (!has_domain(chip, id) && !section.has(std::string(domain_names[index]))) continue;
    read_required_domain(section, chip, id);
  }
  section.finish();
}

void read_hart(Section section, HartConfig& hart) {
  section.time("quantum", hart.quantum);
  section.time("lookahead", hart.lookahead);
  section.choice("misaligned", hart.misaligned,
                 {{"hardware", Misaligned::hardware}, {"trap", Misaligned::trap}});
  section.boolean("hardware_ad", hart.hardware_ad);
  section.integer("pmp_regions", hart.pmp_regions, {0, 16});
  Section cycles = section.section("cycles");
  const Range<std::uint32_t> range{1, 1000};
  CycleCosts& costs = hart.cycles;
  cycles.integer("alu", costs.alu, range);
  cycles.integer("load", costs.load, range);
  cycles.integer("store", costs.store, range);
  cycles.integer("branch", costs.branch, range);
  cycles.integer("branch_taken", costs.branch_taken, range);
  cycles.integer("jump", costs.jump, range);
  cycles.integer("multiply", costs.multiply, range);
  cycles.integer("divide", costs.divide, range);
  cycles.integer("csr", costs.csr, range);
  cycles.integer("atomic", costs.atomic, range);
  cycles.integer("fence", costs.fence, range);
  cycles.integer("system", costs.system, range);
  cycles.integer("float_add", costs.float_add, range);
  cycles.integer("float_multiply", costs.float_multiply, range);
  cycles.integer("float_fused", costs.float_fused, range);
  cycles.integer("float_divide", costs.float_divide, range);
  cycles.integer("trap", costs.trap, range);
  cycles.finish();
  section.finish();
}

void read_ram(Section section, MemoryConfig& ram) {
  section.bytes("size", ram.bytes, memory_sizes);
  section.bytes("width", ram.width_bytes, {1, 64});
  section.integer("macros", ram.macros, {1, 1024});
  section.integer("latency_cycles", ram.latency_cycles, {1, 100});
  section.boolean("direct_access", ram.direct_access);
  section.finish();
}

void read_dram(Section section, DramConfig& dram) {
  section.bytes("size", dram.bytes, {mib, 2048 * mib});
  section.integer("banks", dram.banks, {1, 64});
  section.bytes("row", dram.row_bytes, {64, 64 * kib});
  section.bytes("burst", dram.burst_bytes, {8, 1024});
  section.integer("bytes_per_second", dram.bytes_per_second, {1'000'000, 1'000'000'000'000});
  section.time("row_to_column", dram.row_to_column);
  section.time("precharge", dram.precharge);
  section.time("column", dram.column);
  section.time("row_active", dram.row_active);
  section.time("refresh_interval", dram.refresh_interval);
  section.time("refresh_cycle", dram.refresh_cycle);
  section.boolean("direct_access", dram.direct_access);
  section.time("direct_latency", dram.direct_latency);
  section.finish();
}

void read_bus(Section section, BusConfig& bus) {
  section.bytes("width", bus.width_bytes, {1, 128});
  section.choice("topology", bus.topology,
                 {{"shared", BusTopology::shared}, {"crossbar", BusTopology::crossbar}});
  section.choice(
      "arbitration", bus.arbitration,
      {{"round_robin", Arbitration::round_robin}, {"fixed_priority", Arbitration::fixed_priority}});
  section.integer("address_cycles", bus.address_cycles, {0, 100});
  section.bytes("max_burst", bus.max_burst_bytes, {1, 64 * kib});
  section.finish();
}

void read_dma(Section section, DmaConfig& dma) {
  section.bytes("burst", dma.burst_bytes, {1, 64 * kib});
  section.integer("fifo_bursts", dma.fifo_bursts, {1, 64});
  section.bytes("width", dma.width_bytes, {1, 128});
  section.integer("setup_cycles", dma.setup_cycles, {0, 1000});
  section.finish();
}

void read_uart(Section section, UartConfig& uart) {
  std::uint64_t baud = 0;
  const bool has_baud = section.integer("baud", baud, {300, 100'000'000});
  if (has_baud) uart.baud = baud;
  bool timed = true;
  section.boolean("timed", timed);
  if (!timed && has_baud) section.fail("timed", "expected true where there is a baud rate");
  if (!timed) uart.baud.reset();
  section.finish();
}

/// What all machines have, but for their domains.
void read_machine(Section& section, MachineConfig& machine) {
  read_hart(section.section("cpu"), machine.hart);
  read_dram(section.section("dram"), machine.dram);
  read_bus(section.section("bus"), machine.bus);
  read_uart(section.section("uart"), machine.uart);
}

void read_sram(Section section, BankedSramConfig& sram) {
  section.bytes("size", sram.bytes, {kib, 16 * mib});
  section.integer("banks", sram.banks, {1, 256});
  section.bytes("bank_width", sram.bank_width_bytes, {1, 64});
  section.bytes("port_width", sram.port_width_bytes, {1, 1024});
  section.bytes("bus_width", sram.bus_width_bytes, {1, 64});
  section.finish();
}

void read_ncu(Section section, NcuConfig& ncu) {
  section.integer("lanes_in", ncu.lanes_in, {1, 256});
  section.integer("lanes_out", ncu.lanes_out, {1, 256});
  section.bytes("input_buffer", ncu.input_buffer_bytes, {64, 16 * mib});
  section.bytes("weight_buffer", ncu.weight_buffer_bytes, {64, 16 * mib});
  section.integer("accumulator_pixels", ncu.accumulator_pixels, {1, 65536});
  section.integer("pool_lanes", ncu.pool_lanes, {1, 256});
  section.integer("elementwise_lanes", ncu.elementwise_lanes, {1, 256});
  section.finish();
}

void read_design(Section& section, const std::filesystem::path& source, UnitDesignConfig& design) {
  compiler::DesignOptions& options = design.options;
  options.count = 0;
  section.integer("count", options.count, {0, KASANE_KCU_MAX_UNITS});
  section.path("units", design.file, source);
  std::vector<std::string> networks;
  section.texts("networks", networks);
  for (const std::string& network : networks) {
    const std::filesystem::path path = network;
    design.networks.push_back(path.is_absolute() ? path : source / path);
  }
  options.clusters = std::max(options.clusters, options.count);
  section.integer("clusters", options.clusters, {1, 65536});
  if (options.count > options.clusters)
    section.fail("clusters", "expected at least as many as units (count)");
  section.choice("order", options.order,
                 {{"A", compiler::ClusterOrder::members},
                  {"B", compiler::ClusterOrder::mean_absolute},
                  {"C", compiler::ClusterOrder::variance}});
  section.integer("constant_bits", options.constant_bits, {2, 8});
  section.boolean("gains", options.gains);
  section.integer("seed", options.seed, {0, UINT64_MAX});
  section.integer("iterations", options.iterations, {1, 10'000});
  section.texts("layers", options.layers);
}

void read_kernel_comp_units(Section section, const std::filesystem::path& source,
                            KernelCompUnitsConfig& units) {
  read_design(section, source, units.design);
  section.integer("ports", units.units.ports, {1, 64});
  section.integer("lanes", units.units.lanes, {1, 64});
  section.integer("pixels_per_cycle", units.units.pixels_per_cycle, {1, 16});
  section.integer("gain_bits", units.units.gain_bits, {2, 16});
  section.bytes("line_buffer", units.units.line_bytes, {8, 4096});
  section.integer("response_words", units.units.response_words, {16, 4096});
  section.integer("target_slots", units.units.target_slots, {1, 1024});
  section.finish();
}

CartesianConfig read_cartesian_array(Section section) {
  CartesianConfig array;
  section.integer("rows", array.rows, {1, 256});
  section.integer("columns", array.columns, {2, 256});
  if (array.columns % 2 != 0) section.fail("columns", "expected an even number: two weights share a byte");
  section.bytes("input_buffer", array.input_buffer_bytes, {64, 16 * mib});
  section.bytes("weight_buffer", array.weight_buffer_bytes, {64 * (array.columns / 2), 16 * mib});
  section.integer("pipeline_cycles", array.pipeline_cycles, {0, 64});
  section.integer("tile_bubble_cycles", array.tile_bubble_cycles, {0, 64});
  section.finish();
  return array;
}

HiddeniteConfig read_hiddenite(Section section) {
  HiddeniteConfig engine;
  section.integer("input_channels", engine.input_channels, {1, 256});
  section.integer("output_channels", engine.output_channels, {1, 256});
  section.integer("rows", engine.rows, {1, 256});
  section.integer("columns", engine.columns, {1, 256});
  section.integer("expander_fields", engine.expander_fields, {1, 1024});
  section.bytes("mask_fifo", engine.mask_fifo_bytes, {0, 16 * mib});
  section.bytes("weight_buffer", engine.weight_buffer_bytes, {64, 16 * mib});
  section.bytes("input_buffer", engine.input_buffer_bytes, {64, 16 * mib});
  section.integer("requantizers", engine.requantizers, {1, 65536});
  section.integer("pipeline_cycles", engine.pipeline_cycles, {0, 64});
  section.integer("tile_bubble_cycles", engine.tile_bubble_cycles, {0, 64});
  try {
    check(engine);  // what no single key can be blamed for: the number of multipliers
  } catch (const std::invalid_argument& error) {
    section.fail("rows", error.what());
  }
  section.finish();
  return engine;
}

ExitUnitConfig read_exit_unit(Section section) {
  ExitUnitConfig unit;
  section.integer("comparators", unit.comparators, {1, 256});
  section.integer("multipliers", unit.multipliers, {1, 19});
  section.integer("quotient_bits", unit.quotient_bits, {1, 8});
  section.bytes("buffer", unit.buffer_bytes, {1, 4096});
  section.finish();
  return unit;
}

/// Each engine has a port of its own: the NCU the first one, then the units, then the others. The exit unit
/// takes no weights.
void count_engine_ports(ChipConfig& chip) {
  const std::uint32_t others = (chip.cartesian_array ? 1 : 0) + (chip.hiddenite ? 1 : 0);
  const std::uint32_t units = chip.kernel_comp_units.present() ? chip.kernel_comp_units.units.ports : 0;
  chip.feature_map_memory.engine_ports = 1 + units + others + (chip.exit_unit ? 1 : 0);
  chip.weight_memory.engine_ports = 1 + others;
  chip.kernel_comp_units.partial_sum_memory.engine_ports = 1 + chip.kernel_comp_units.units.ports;
}

}  // namespace

ChipConfig read_chip(Section section, const std::filesystem::path& source) {
  ChipConfig chip;
  KernelCompUnitsConfig& units = chip.kernel_comp_units;
  units.design.options.count = 0;
  read_kernel_comp_units(section.section("kernel_comp_units"), source, units);
  read_sram(section.section("partial_sum_memory"), units.partial_sum_memory);
  read_sram(section.section("correspondence_table_memory"), units.table_memory);
  if (section.has("cartesian_array")) {
    chip.cartesian_array = read_cartesian_array(section.section("cartesian_array"));
  }
  if (section.has("hiddenite")) chip.hiddenite = read_hiddenite(section.section("hiddenite"));
  if (section.has("exit_unit")) chip.exit_unit = read_exit_unit(section.section("exit_unit"));
  section.require("domains");
  read_domains(section.section("domains"), chip);
  read_machine(section, chip);
  read_ram(section.section("ram"), chip.ram);
  read_dma(section.section("dma"), chip.dma);
  read_sram(section.section("feature_map_memory"), chip.feature_map_memory);
  read_sram(section.section("weight_memory"), chip.weight_memory);
  read_ncu(section.section("neural_comp_unit"), chip.ncu);
  chip.ncu.partial_sums = units.present();
  count_engine_ports(chip);
  section.finish();
  return chip;
}

MachineConfig read_virt_machine(Section section) {
  MachineConfig machine;
  section.require("domains");
  Section domains = section.section("domains");
  for (const DomainId id : virt::domains) read_required_domain(domains, machine, id);
  domains.finish();
  read_machine(section, machine);
  section.finish();
  return machine;
}

}  // namespace kasane
