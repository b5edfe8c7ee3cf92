/// The handler that instructions on two registers share.
#pragma once

#include "platform/cpu/core.h"

namespace kasane::cpu {

/// rd = operation(rs1, rs2)
template <auto operation>
const Op* registers(const Op* op, Core& core, std::int64_t budget, Lanes lanes) {
  core.x[op->rd] = operation(core.x[op->rs1], core.x[op->rs2]);
  return next(op, core, budget, lanes);
}

}  // namespace kasane::cpu
