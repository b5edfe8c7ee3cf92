/// Which feature maps are where and when, if some segments run on engines and others in software.
///
/// While the CPU finishes an image, engines run the next image's front: the segments before the first one on
/// the CPU. So there are three zones, each with memory that no other one's layers write: front, software, and
/// rear, the segments on engines behind one on the CPU. A map lives in the zone of the layer that writes it.
/// Where another zone reads it, a segment begins with a copy.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "sw/compiler/allocation.h"
#include "sw/compiler/placement.h"
#include "sw/compiler/quantize.h"

namespace kasane::compiler {

enum class MapZone : std::uint8_t { front, software, rear };
constexpr std::size_t map_zones = 3;

constexpr std::size_t index_of(MapZone zone) {
  return static_cast<std::size_t>(zone);
}

/// A copy of a map at the beginning of a segment.
struct MapTransfer {
  std::size_t tensor = 0;
  std::size_t segment = 0;
  std::optional<MapZone> from;  ///< none: the network's input, from where the runtime puts it
  MapZone to = MapZone::front;
};

/// Time i + 1 is the execution of layer i; copies happen at the time of their segment's first layer.
struct MapZones {
  std::vector<MapZone> segments;  ///< indexed as graph.outputs
  /// [zone][tensor]; without bytes if the map is never there.
  std::array<std::vector<Buffer>, map_zones> lifetimes;
  std::vector<MapTransfer> transfers;  ///< in the order of their segments

  const Buffer& lifetime(MapZone zone, std::size_t tensor) const { return lifetimes[index_of(zone)][tensor]; }
};

/// Without placements all is front. The first segment on the CPU fetches all that later ones need of the
/// front, so that the front is free for the next image from there on.
MapZones divide_into_zones(const Graph& graph, const QuantizedNetwork& network,
                           const std::vector<Placement>& placements);

}  // namespace kasane::compiler
