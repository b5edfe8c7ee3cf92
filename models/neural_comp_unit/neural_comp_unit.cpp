#include "models/neural_comp_unit/neural_comp_unit.h"

#include "models/neural_comp_unit/costs.h"

namespace kasane {

NeuralCompUnit::NeuralCompUnit(sc_core::sc_module_name name, const NcuConfig& config, PowerDomain& domain,
                               EnergyAccount& account, const Technology& technology)
    : PipelinedEngine(
          name, {KASANE_ENGINE_ID_NCU, KASANE_ENGINE_VERSION_1_0},
          add_block(static_cast<const char*>(name), ncu::structure_of(config, technology), domain, account),
          domain, account, ncu::operation_costs(config, technology)),
      config_(config) {}

std::string_view NeuralCompUnit::command_name(std::uint16_t opcode) const {
  switch (opcode) {
    case KASANE_NCU_CONVOLUTION:
      return "convolution";
    case KASANE_NCU_FULLY_CONNECTED:
      return "fully connected";
    case KASANE_NCU_MAX_POOL:
      return "max pool";
    case KASANE_NCU_AVERAGE_POOL:
      return "average pool";
    case KASANE_NCU_ADD:
      return "add";
    case KASANE_NCU_REQUANTIZE:
      return "requantize";
    case KASANE_NCU_RESIDUAL:
      return "residual";
    default:
      return "unknown";
  }
}

void NeuralCompUnit::execute(const CommandRecord& record) {
  const std::uint32_t error = ncu::check(record.bytes, config_);
  if (error != KASANE_ERROR_NONE) throw CommandError{error};
  const auto datapath = ncu::make_datapath(record.bytes, weights_cache_);
  std::unique_ptr<ncu::SlotSource> schedule;
  if (record.header().opcode == KASANE_NCU_RESIDUAL) {
    const auto command = record.as<kasane_ncu_residual>();
    auto kept = ncu::KeptKernels::decode(
        command, prepare(ncu::preparation_of(command, config_), record.header().layer));
    if (!kept) throw CommandError{KASANE_ERROR_PARAMETER};
    schedule = ncu::make_schedule(command, config_, *std::move(kept));
  } else {
    schedule = ncu::make_schedule(record.bytes, config_);
  }
  walk(*schedule, *datapath, record.header().layer);
}

}  // namespace kasane
