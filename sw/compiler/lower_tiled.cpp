#include "sw/compiler/lower_tiled.h"

namespace kasane::compiler {

TiledPlaces tiled_places(const PlannedNetwork& planned, std::size_t index, const ChannelBlock& block) {
  const LayerPlan& plan = planned.plan.layers[index];
  const TiledWeights& tiled = *planned.network.layers[index].tiled();
  const SectionPart kept = tiled.kept_part(block.first_output, block.outputs);
  const SectionPart weights = tiled.weight_part(block.first_output, block.outputs);
  if (plan.problem.weights_streamed)
    return {plan.kept_address, plan.weight_address, weights.bytes, plan.parameter_address};
  return {plan.kept_address + kept.offset, plan.weight_address + weights.offset, weights.bytes,
          plan.parameter_address + block.first_output * u32(sizeof(kasane_channel_parameters))};
}

}  // namespace kasane::compiler
