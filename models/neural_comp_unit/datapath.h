/// The buffers and lanes of the unit as a command uses them: bytes in, bytes out, slot by slot.
#pragma once

#include <memory>

#include "models/neural_comp_unit/function.h"
#include "models/neural_comp_unit/schedule.h"

namespace kasane::ncu {

using Datapath = SlotDatapath<Slot>;

/// For a record that check() accepts. The cache outlives the datapath.
std::unique_ptr<Datapath> make_datapath(Record record, PackedWeightsCache& cache);

}  // namespace kasane::ncu
