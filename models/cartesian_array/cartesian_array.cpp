#include "models/cartesian_array/cartesian_array.h"

#include "models/cartesian_array/costs.h"

namespace kasane {

CartesianArray::CartesianArray(sc_core::sc_module_name name, const CartesianConfig& config,
                               PowerDomain& domain, EnergyAccount& account, const Technology& technology)
    : PipelinedEngine(name, {KASANE_ENGINE_ID_CARTESIAN, KASANE_ENGINE_VERSION_1_0},
                      add_block(static_cast<const char*>(name), cartesian::structure_of(config, technology),
                                domain, account),
                      domain, account, cartesian::operation_costs(config, technology)),
      config_(config) {
  add_registers();
}

void CartesianArray::add_registers() {
  bank().add({.name = "ROWS",
              .offset = KASANE_CARTESIAN_ROWS,
              .access = Access::read_only,
              .description = "pixels of a tile",
              .value = config_.rows});
  bank().add({.name = "COLUMNS",
              .offset = KASANE_CARTESIAN_COLUMNS,
              .access = Access::read_only,
              .description = "output channels of a tile",
              .value = config_.columns});
  bank().add({.name = "STEPS_LOW",
              .offset = KASANE_CARTESIAN_STEPS_LOW,
              .access = Access::read_only,
              .description = "steps done since reset, bits 31:0",
              .on_read = [this] { return static_cast<std::uint32_t>(steps_); }});
  bank().add({.name = "STEPS_HIGH",
              .offset = KASANE_CARTESIAN_STEPS_HIGH,
              .access = Access::read_only,
              .description = "steps done since reset, bits 63:32",
              .on_read = [this] { return static_cast<std::uint32_t>(steps_ >> 32); }});
}

std::string_view CartesianArray::command_name(std::uint16_t opcode) const {
  switch (opcode) {
    case KASANE_CARTESIAN_CONVOLUTION:
      return "convolution";
    case KASANE_CARTESIAN_FULLY_CONNECTED:
      return "fully connected";
    default:
      return "unknown";
  }
}

void CartesianArray::execute(const CommandRecord& record) {
  const auto command = record.as<kasane_cartesian_convolution>();
  const std::uint32_t error = cartesian::check(command, config_);
  if (error != KASANE_ERROR_NONE) throw CommandError{error};
  const LayerId layer = command.header.layer;
  auto kept = cartesian::KeptCoordinates::decode(command,
                                                 prepare(cartesian::preparation_of(command, config_), layer));
  if (abandoned()) return;
  if (!kept) throw CommandError{KASANE_ERROR_PARAMETER};
  cartesian::Schedule schedule(command, config_, *std::move(kept));
  cartesian::Datapath datapath(command);
  walk(schedule, datapath, layer);
}

void CartesianArray::executed(const cartesian::Operations& operations) {
  steps_ += operations[cartesian::Operation::align];  // one word a step
}

}  // namespace kasane
