#include "platform/run/network_facts.h"

#include <stdexcept>

#include "platform/memory_map.h"

namespace kasane {
namespace {

struct EngineName {
  const char* name;     ///< as in LayerResult
  std::uint32_t block;  ///< KASANE_DEVICE_*; 0 for the CPU
};

EngineName engine_of(std::uint32_t step_kind) {
  switch (step_kind) {
    case KASANE_STEP_NCU:
      return {"ncu", KASANE_DEVICE_NCU};
    case KASANE_STEP_KCU:
      return {"kcu", KASANE_DEVICE_KCU};
    case KASANE_STEP_CARTESIAN:
      return {"array", KASANE_DEVICE_CARTESIAN};
    case KASANE_STEP_HIDDENITE:
      return {"hiddenite", KASANE_DEVICE_HIDDENITE};
    case KASANE_STEP_DMA:
      return {"dma", KASANE_DEVICE_DMA};
    default:
      return {"cpu", 0};
  }
}

LayerFacts layer_facts(const PackageView& package, std::size_t index) {
  const kasane_layer& layer = package.layers()[index];
  LayerFacts facts{.name = std::string(package.layer_name(index)),
                   .operators = std::string(package.layer_operators(index)),
                   .engine = "cpu",
                   .macs_per_image = layer.macs,
                   .kernels = layer.kernels,
                   .replaced_kernels = layer.replaced_kernels,
                   .kcu_jobs = layer.kcu_jobs,
                   .coordinates = layer.coordinates,
                   .kept_coordinates = layer.kept_coordinates,
                   .hidden_weights = layer.hidden_weights,
                   .kept_weights = layer.kept_weights};
  const EngineName engine = engine_of(layer.step_kind);
  facts.engine = engine.name;
  if (engine.block != 0) facts.engine_block = memory_map_entry(engine.block).name;
  return facts;
}

/// Says of every layer which segment it belongs to: the one that computes it; others may copy its maps.
void find_segments(const PackageView& package, std::vector<LayerFacts>& layers) {
  const auto& exits = package.exits();
  for (std::size_t exit = 0; exit < exits.size(); ++exit) {
    for (std::uint32_t step = exits[exit].first_step; step < exits[exit].end_step; ++step) {
      const kasane_step& record = package.steps()[step];
      const bool computes = record.kind != KASANE_STEP_DMA && record.layer < layers.size();
      if (computes) layers[record.layer].segment = exit;
    }
  }
}

/// The engines of the segment's layers that compute, in the order in which they are met: "ncu", "array+ncu".
std::string engines_of(const std::vector<LayerFacts>& layers, std::size_t segment) {
  std::string engines;
  for (const LayerFacts& layer : layers) {
    const bool computes = layer.segment == segment && layer.macs_per_image > 0;
    if (!computes || engines.find(layer.engine) != std::string::npos) continue;
    engines += (engines.empty() ? "" : "+") + layer.engine;
  }
  return engines;
}

}  // namespace

NetworkFacts network_facts(const PackageView& package) {
  NetworkFacts facts{.name = std::string(package.name()), .layers = {}, .exits = {}};
  for (std::size_t index = 0; index < package.layers().size(); ++index) {
    facts.layers.push_back(layer_facts(package, index));
  }
  find_segments(package, facts.layers);
  for (std::size_t index = 0; index < package.exits().size(); ++index) {
    facts.exits.push_back({.name = std::string(package.exit_name(index)),
                           .engine = engines_of(facts.layers, index),
                           .macs_per_image = package.exits()[index].macs,
                           .threshold = std::nullopt});
  }
  return facts;
}

void set_thresholds(NetworkFacts& network, const std::vector<double>& nats) {
  const std::size_t exits = network.exits.size();
  if (nats.size() + 1 != exits) {
    throw std::invalid_argument("software.exits.thresholds: expected " + std::to_string(exits - 1) +
                                " for the network's " + std::to_string(exits) +
                                (exits == 1 ? " exit" : " exits") + ", got " + std::to_string(nats.size()));
  }
  for (std::size_t index = 0; index < nats.size(); ++index) network.exits[index].threshold = nats[index];
}

}  // namespace kasane
