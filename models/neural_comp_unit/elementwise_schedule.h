/// Slots of addition and requantisation.
#pragma once

#include "models/neural_comp_unit/schedule.h"

namespace kasane::ncu {

/// Elements in order; a slot is as many as the input buffer takes of all operands and the accumulators of
/// results. The boxes count elements as columns of one row.
class ElementwiseSchedule : public SlotSource {
 public:
  ElementwiseSchedule(const kasane_ncu_elementwise& command, const NcuConfig& config);
  bool next(Slot& slot) override;

 private:
  kasane_ncu_elementwise command_;
  NcuConfig config_;
  std::uint32_t operands_;
  std::uint32_t slot_elements_;
  std::uint32_t element_ = 0;
  std::uint32_t half_ = 1;
};

}  // namespace kasane::ncu
