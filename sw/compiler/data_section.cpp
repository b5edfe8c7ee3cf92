#include "sw/compiler/data_section.h"

#include "sw/compiler/tiling.h"

namespace kasane::compiler {
namespace {

template <typename Element>
void append_aligned(std::vector<std::uint8_t>& data, const std::vector<Element>& elements) {
  const auto* first = reinterpret_cast<const std::uint8_t*>(elements.data());
  const std::size_t bytes = elements.size() * sizeof(Element);
  if (bytes > 0) data.insert(data.end(), first, first + bytes);
  data.resize(align_on_chip(data.size()));
}

}  // namespace

DataSection data_section(const Graph& graph, const QuantizedNetwork& network) {
  DataSection section;
  const auto here = [&] {
    if (section.bytes.size() > 0xFFFFFFFFu)
      throw CompileError(graph.file + ": has 4 GiB of weights, expected less");
    return static_cast<std::uint32_t>(section.bytes.size());
  };
  for (const QuantizedLayer& layer : network.layers) {
    DataSection::LayerOffsets offsets;
    offsets.kept = here();
    if (layer.replaced) append_aligned(section.bytes, layer.replaced->kept.lists);
    const TiledWeights* tiled = layer.tiled();
    if (tiled != nullptr) append_aligned(section.bytes, tiled->kept);
    offsets.weights = here();
    if (layer.replaced) {
      append_aligned(section.bytes, layer.replaced->kept.weights);
    } else if (tiled != nullptr) {
      append_aligned(section.bytes, tiled->weights);
    } else {
      append_aligned(section.bytes, layer.weights);
    }
    offsets.parameters = here();
    append_aligned(section.bytes, layer.parameters);
    offsets.parameters_end = here();
    section.layers.push_back(offsets);
  }
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    section.layers[i].table = here();
    if (network.layers[i].replaced) append_aligned(section.bytes, network.layers[i].replaced->table.bytes);
  }
  here();
  return section;
}

}  // namespace kasane::compiler
