#include "sw/compiler/map_zones.h"

#include <algorithm>

#include "sw/compiler/segments.h"

namespace kasane::compiler {
namespace {

std::vector<MapZone> zones_of_segments(const Graph& graph, const std::vector<Placement>& placements) {
  std::vector<MapZone> zones(graph.outputs.size(), MapZone::front);
  bool behind_software = false;
  for (std::size_t i = 0; i < placements.size(); ++i) {
    const bool on_cpu = placements[i] == Placement::cpu;
    behind_software |= on_cpu;
    if (behind_software) zones[i] = on_cpu ? MapZone::software : MapZone::rear;
  }
  return zones;
}

class Divider {
 public:
  Divider(const Graph& graph, const QuantizedNetwork& network, const std::vector<Placement>& placements)
      : graph_(graph), network_(network), written_in_(graph.tensors.size()) {
    for (const Layer& layer : graph.layers) written_in_[layer.output.tensor] = layer.segment;
    zones_.segments = zones_of_segments(graph, placements);
    for (auto& lifetimes : zones_.lifetimes) lifetimes.resize(graph.tensors.size());
  }

  MapZones divide();

 private:
  void open_segment(std::size_t segment, const LayerRange& layers);
  void leave_front(std::size_t segment, std::size_t first);
  void fetch(const Operand& operand, std::size_t segment, std::size_t first);
  void run_layer(std::size_t index);

  Buffer& lifetime(MapZone zone, std::size_t tensor) { return zones_.lifetimes[index_of(zone)][tensor]; }
  bool is_in(MapZone zone, std::size_t tensor) { return lifetime(zone, tensor).bytes > 0; }

  const Graph& graph_;
  const QuantizedNetwork& network_;
  std::vector<std::optional<std::size_t>> written_in_;  ///< segments, by tensor; none: the network's input
  MapZones zones_;
};

MapZones Divider::divide() {
  const std::vector<LayerRange> ranges = segment_ranges(graph_);
  for (std::size_t segment = 0; segment < ranges.size(); ++segment) {
    open_segment(segment, ranges[segment]);
    for (std::size_t i = ranges[segment].first; i < ranges[segment].end; ++i) run_layer(i);
  }
  return std::move(zones_);
}

void Divider::open_segment(std::size_t segment, const LayerRange& layers) {
  const bool is_behind_front = segment > 0 && zones_.segments[segment - 1] == MapZone::front &&
                               zones_.segments[segment] != MapZone::front;
  if (is_behind_front) leave_front(segment, layers.first);
  for (std::size_t i = layers.first; i < layers.end; ++i)
    for (const Operand& input : graph_.layers[i].inputs)
      if (written_in_[input.tensor] != segment) fetch(input, segment, layers.first);
}

/// Copies all maps of the front that any later layer reads, but the network's input.
void Divider::leave_front(std::size_t segment, std::size_t first) {
  for (std::size_t i = first; i < graph_.layers.size(); ++i)
    for (const Operand& input : graph_.layers[i].inputs)
      if (input.tensor != graph_.input.tensor && is_in(MapZone::front, input.tensor))
        fetch(input, segment, first);
}

/// Has a map in the segment's zone, from the segment's beginning on.
void Divider::fetch(const Operand& operand, std::size_t segment, std::size_t first) {
  const std::size_t tensor = operand.tensor;
  const MapZone to = zones_.segments[segment];
  if (is_in(to, tensor)) return;
  MapTransfer transfer{.tensor = tensor, .segment = segment, .from = std::nullopt, .to = to};
  if (tensor != graph_.input.tensor) {
    // What the rear needs of the front has come to the CPU before.
    transfer.from = MapZone::software;
    if (to == MapZone::software)
      transfer.from = is_in(MapZone::front, tensor) ? MapZone::front : MapZone::rear;
    Buffer& source = lifetime(*transfer.from, tensor);
    source.last = std::max(source.last, first + 1);
  }
  lifetime(to, tensor) = {network_.stored(operand).elements(), first + 1, first + 1};
  zones_.transfers.push_back(transfer);
}

void Divider::run_layer(std::size_t index) {
  const Layer& layer = graph_.layers[index];
  const MapZone zone = zones_.segments[layer.segment];
  for (const Operand& input : layer.inputs) {
    lifetime(zone, input.tensor).last = index + 1;
    // A map that does not fit the rear's memory is read where it came from.
    if (zone == MapZone::rear && is_in(MapZone::software, input.tensor))
      lifetime(MapZone::software, input.tensor).last = index + 1;
  }
  lifetime(zone, layer.output.tensor) = {network_.stored(layer.output).elements(), index + 1, index + 1};
}

}  // namespace

MapZones divide_into_zones(const Graph& graph, const QuantizedNetwork& network,
                           const std::vector<Placement>& placements) {
  return Divider(graph, network, placements).divide();
}

}  // namespace kasane::compiler
