#include "sw/compiler/mask_statistics.h"

#include <algorithm>

#include "sw/compiler/hidden_masks.h"
#include "sw/compiler/hiddenite_mapping.h"

namespace kasane::compiler {
namespace {

LayerMasks masks_of(const Layer& layer, const MaskFormat& format) {
  std::vector<std::int8_t> kept(layer.weights.size());
  std::transform(layer.weights.begin(), layer.weights.end(), kept.begin(),
                 [](float weight) { return static_cast<std::int8_t>(weight != 0); });
  const HiddenMasks masks = hidden_masks(layer, kept, format);
  LayerMasks result{.name = layer.name,
                    .weights = masks.hidden_weights,
                    .kept = masks.kept_weights,
                    .field_bits = masks.field_bits,
                    .table_bytes = masks.kept.size(),
                    .outputs = layer.output.shape.channels};
  for (std::uint32_t bits = 0; bits < mask_codecs; ++bits)
    result.mask_bytes[bits] = all_mask_bytes(masks.tiles, kept, bits);
  return result;
}

}  // namespace

std::vector<LayerMasks> mask_statistics(const Graph& graph, std::uint32_t output_lanes) {
  HiddeniteMapping engine;
  engine.output_lanes = output_lanes;
  const HiddeniteAssignment assignment = assign_to_hiddenite(graph, engine);
  std::vector<LayerMasks> layers;
  for (std::size_t i = 0; i < graph.layers.size(); ++i)
    if (assignment.layers[i]) layers.push_back(masks_of(graph.layers[i], *assignment.layers[i]));
  return layers;
}

ModelTransfer model_transfer(const std::vector<LayerMasks>& layers) {
  ModelTransfer transfer;
  for (const LayerMasks& layer : layers) {
    transfer.masks += layer.chosen_bytes();
    transfer.tables += layer.table_bytes;
    transfer.seeds += sizeof(std::uint32_t);
    transfer.parameters += layer.outputs * sizeof(kasane_channel_parameters);
    transfer.weights += layer.weights;
  }
  return transfer;
}

}  // namespace kasane::compiler
