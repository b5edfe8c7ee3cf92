#include "models/hiddenite/hiddenite.h"

#include "models/hiddenite/costs.h"

namespace kasane {

Hiddenite::Hiddenite(sc_core::sc_module_name name, const HiddeniteConfig& config, PowerDomain& domain,
                     EnergyAccount& account, const Technology& technology)
    : PipelinedEngine(name, {KASANE_ENGINE_ID_HIDDENITE, KASANE_ENGINE_VERSION_1_0},
                      add_block(static_cast<const char*>(name), hiddenite::structure_of(config, technology),
                                domain, account),
                      domain, account, hiddenite::operation_costs(config, technology)),
      config_(config) {
  add_registers();
}

void Hiddenite::add_registers() {
  const auto size = [this](const char* name, std::uint32_t offset, const char* description,
                           std::uint32_t value) {
    bank().add({.name = name,
                .offset = offset,
                .access = Access::read_only,
                .description = description,
                .value = value});
  };
  size("INPUT_CHANNELS", KASANE_HIDDENITE_INPUT_CHANNELS, "lanes along input channels",
       config_.input_channels);
  size("OUTPUT_CHANNELS", KASANE_HIDDENITE_OUTPUT_CHANNELS, "lanes along output channels",
       config_.output_channels);
  size("ROWS", KASANE_HIDDENITE_ROWS, "lanes along output rows", config_.rows);
  size("COLUMNS", KASANE_HIDDENITE_COLUMNS, "lanes along output columns", config_.columns);
  bank().add({.name = "WEIGHTS_LOW",
              .offset = KASANE_HIDDENITE_WEIGHTS_LOW,
              .access = Access::read_only,
              .description = "kept weights expanded since reset, bits 31:0",
              .on_read = [this] { return static_cast<std::uint32_t>(weights_); }});
  bank().add({.name = "WEIGHTS_HIGH",
              .offset = KASANE_HIDDENITE_WEIGHTS_HIGH,
              .access = Access::read_only,
              .description = "kept weights expanded since reset, bits 63:32",
              .on_read = [this] { return static_cast<std::uint32_t>(weights_ >> 32); }});
}

std::string_view Hiddenite::command_name(std::uint16_t opcode) const {
  switch (opcode) {
    case KASANE_HIDDENITE_CONVOLUTION:
      return "convolution";
    case KASANE_HIDDENITE_FULLY_CONNECTED:
      return "fully connected";
    default:
      return "unknown";
  }
}

void Hiddenite::execute(const CommandRecord& record) {
  const auto command = record.as<kasane_hiddenite_convolution>();
  const std::uint32_t error = hiddenite::check(command, config_);
  if (error != KASANE_ERROR_NONE) throw CommandError{error};
  const LayerId layer = command.header.layer;
  auto masks = hiddenite::MaskTiles::decode(command, prepare(hiddenite::preparation_of(command), layer));
  if (abandoned()) return;
  if (!masks) throw CommandError{KASANE_ERROR_MASK};
  hiddenite::Schedule schedule(command, config_, *std::move(masks));
  hiddenite::Datapath datapath(command);
  walk(schedule, datapath, layer);
}

void Hiddenite::executed(const hiddenite::Operations& operations) {
  using hiddenite::Operation;
  weights_ += operations[Operation::generate_murmur] + operations[Operation::generate_xorshift];
}

}  // namespace kasane
