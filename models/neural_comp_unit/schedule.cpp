#include "models/neural_comp_unit/schedule.h"

#include <cstring>

#include "models/neural_comp_unit/convolution_schedule.h"
#include "models/neural_comp_unit/elementwise_schedule.h"
#include "models/neural_comp_unit/pool_schedule.h"
#include "models/neural_comp_unit/residual_schedule.h"
#include "models/neural_comp_unit/validation.h"

namespace kasane::ncu {
namespace {

template <typename Command>
Command as(Record record) {
  Command command;
  static_assert(sizeof(command) == KASANE_COMMAND_BYTES);
  std::memcpy(&command, record.data(), sizeof(command));
  return command;
}

}  // namespace

std::uint32_t check(Record record, const NcuConfig& config) {
  const auto header = as<kasane_ncu_convolution>(record).header;
  if (header.reserved != 0) return KASANE_ERROR_PARAMETER;
  switch (header.opcode) {
    case KASANE_NCU_CONVOLUTION:
      return check_convolution(as<kasane_ncu_convolution>(record), config);
    case KASANE_NCU_FULLY_CONNECTED:
      return check_fully_connected(as<kasane_ncu_convolution>(record), config);
    case KASANE_NCU_RESIDUAL:
      if (!config.partial_sums) return KASANE_ERROR_OPCODE;
      return check_residual(as<kasane_ncu_residual>(record), config);
    case KASANE_NCU_MAX_POOL:
      return check_max_pool(as<kasane_ncu_pool>(record), config);
    case KASANE_NCU_AVERAGE_POOL:
      return check_average_pool(as<kasane_ncu_pool>(record), config);
    case KASANE_NCU_ADD:
      return check_add(as<kasane_ncu_elementwise>(record));
    case KASANE_NCU_REQUANTIZE:
      return check_requantize(as<kasane_ncu_elementwise>(record));
    default:
      return KASANE_ERROR_OPCODE;
  }
}

std::unique_ptr<SlotSource> make_schedule(Record record, const NcuConfig& config) {
  switch (as<kasane_ncu_convolution>(record).header.opcode) {
    case KASANE_NCU_MAX_POOL:
    case KASANE_NCU_AVERAGE_POOL:
      return std::make_unique<PoolSchedule>(as<kasane_ncu_pool>(record), config);
    case KASANE_NCU_ADD:
    case KASANE_NCU_REQUANTIZE:
      return std::make_unique<ElementwiseSchedule>(as<kasane_ncu_elementwise>(record), config);
    default:
      return std::make_unique<ConvolutionSchedule>(as<kasane_ncu_convolution>(record), config);
  }
}

std::unique_ptr<SlotSource> make_schedule(const kasane_ncu_residual& command, const NcuConfig& config,
                                          KeptKernels kept) {
  return std::make_unique<ResidualSchedule>(command, config, std::move(kept));
}

Preparation preparation_of(const kasane_ncu_residual& command, const NcuConfig& config) {
  return {command.kept_address, command.kept_bytes, config.weight_buffer_bytes};
}

}  // namespace kasane::ncu
