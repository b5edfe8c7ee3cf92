#include "platform/unit_design.h"

#include <algorithm>
#include <stdexcept>

namespace kasane {
namespace {

std::string too_few(std::size_t found, const std::string& where, std::uint32_t wanted) {
  return "chip.kernel_comp_units.count: found " + std::to_string(found) + " units in " + where +
         ", expected " + std::to_string(wanted);
}

UnitDesign read_units(const UnitDesignConfig& config) {
  UnitDesign result{.units = compiler::load_units(config.file), .design = std::nullopt};
  auto& units = result.units.units;
  if (units.size() < config.options.count)
    throw std::invalid_argument(too_few(units.size(), config.file.string(), config.options.count));
  units.resize(config.options.count);
  return result;
}

/// The index of the network among those that the units were designed for.
std::uint32_t network_index(const NetworkRun& run) {
  const auto& networks = run.chip.kernel_comp_units.design.networks;
  const auto same = [&](const std::filesystem::path& network) {
    return std::filesystem::equivalent(network, run.software.network);
  };
  const auto found = std::find_if(networks.begin(), networks.end(), same);
  if (found == networks.end())
    throw std::invalid_argument(
        "software.mapping.assignment: " + run.software.network.string() +
        " is not among chip.kernel_comp_units.networks, expected it there to know its kernels' clusters");
  return static_cast<std::uint32_t>(found - networks.begin());
}

UnitDesign cluster_units(const UnitDesignConfig& config) {
  std::vector<compiler::Graph> graphs;
  for (const auto& network : config.networks) graphs.push_back(compiler::read_network(network));
  std::vector<const compiler::Graph*> pointers;
  for (const compiler::Graph& graph : graphs) pointers.push_back(&graph);
  UnitDesign result{.units = {}, .design = compiler::design_units(pointers, config.options)};
  result.units = result.design->units;
  if (result.units.units.size() < config.options.count)
    throw std::invalid_argument(too_few(result.units.units.size(), "the networks", config.options.count));
  return result;
}

}  // namespace

std::optional<UnitDesign> wire_units(ChipConfig& chip) {
  if (!chip.kernel_comp_units.present()) return std::nullopt;
  const UnitDesignConfig& config = chip.kernel_comp_units.design;
  UnitDesign design = config.file.empty() ? cluster_units(config) : read_units(config);
  for (const compiler::Unit& unit : design.units.units)
    chip.kernel_comp_units.units.units.push_back({unit.size, unit.constants});
  return design;
}

compiler::UnitMapping unit_mapping(const NetworkRun& run, const UnitDesign& design) {
  const MappingConfig& mapping = run.software.mapping;
  const KernelCompUnitsConfig& chip = run.chip.kernel_comp_units;
  compiler::UnitMapping result{
      .units = design.units,
      .options = {.threshold = mapping.threshold,
                  .gains = chip.design.options.gains,
                  .layers = mapping.layers},
      .design = std::nullopt,
      .network = 0,
      .quantisation = {.gain_bits = chip.units.gain_bits, .kept_block = run.chip.ncu.lanes_out}};
  if (!mapping.by_cluster) return result;
  if (!design.design)
    throw std::invalid_argument(
        "software.mapping.assignment: clusters are not known of units from a file, expected nearest");
  result.design = design.design;
  result.network = network_index(run);
  return result;
}

}  // namespace kasane
