#include "models/kernel_comp_unit/costs.h"

#include <algorithm>

#include "kasane/engine.h"

namespace kasane::kcu {
namespace {

constexpr std::uint32_t smallest_macro_bytes = 64;

/// Choice: a unit's job registers, counters and state; the dispatcher's command, queues and state.
constexpr std::uint32_t unit_control_bits = 256;
constexpr std::uint32_t dispatcher_control_bits = 4 * KASANE_COMMAND_BYTES * 8;

/// An array multiplier grows with the product of its operands' widths: 16 times int8 x int8 makes 3.2 pJ for
/// 32 x 32 bits, where Horowitz has 3.1.
double multiplier_share(const AdderNetwork& network, const KcuConfig& config) {
  return network.response_width() * config.gain_bits / 64.0;
}

double shifter_share(const AdderNetwork& network, const KcuConfig& config) {
  return (network.response_width() + config.gain_bits) / 32.0;
}

SramFigures line_macro(const UnitKernel& unit, const KcuConfig& config, const Technology& technology) {
  const std::uint32_t bytes = (unit.size - 1) * config.line_bytes;
  return technology.sram(std::max(bytes, smallest_macro_bytes), (unit.size - 1) * 8);
}

SramFigures response_macro(const KcuConfig& config, const Technology& technology) {
  return technology.sram(std::max(config.response_words * 4, smallest_macro_bytes), 32);
}

SramFigures target_macro(const KcuConfig& config, const Technology& technology) {
  return technology.sram(std::max(config.target_slots * 4, smallest_macro_bytes), 32);
}

}  // namespace

std::array<OperationCost, operation_count> operation_costs(const UnitKernel& unit, const KcuConfig& config,
                                                           const Technology& technology) {
  const AdderNetwork network(unit.constants);
  // The response is registered once, on its way to the response buffer.
  Figure response = network.response_width() * register_joules(technology);
  for (const Adder& each : network.adders()) response += adder_joules(technology, each.width);
  const Figure gain = multiplier_share(network, config) * technology.joules("int8_multiply") +
                      shifter_share(network, config) * technology.joules("shifter_32") +
                      adder_joules(technology, network.response_width() + config.gain_bits);
  const Figure window = 8.0 * unit.size * unit.size * register_joules(technology);
  const SramFigures line = line_macro(unit, config, technology);
  const SramFigures responses = response_macro(config, technology);
  const SramFigures targets = target_macro(config, technology);
  return {{{"window_shift", window},
           {"line_buffer_read", line.read_joules},
           {"line_buffer_write", line.write_joules},
           {"response", response},
           {"response_buffer_read", responses.read_joules},
           {"response_buffer_write", responses.write_joules},
           {"gain", gain},
           {"target_buffer_read", targets.read_joules},
           {"target_buffer_write", targets.write_joules}}};
}

Structure unit_structure(const UnitKernel& unit, const KcuConfig& config, const Technology& technology) {
  const AdderNetwork network(unit.constants);
  Structure sum;
  // Several pixels a cycle need the network several times.
  for (const Adder& each : network.adders()) sum.add_adders(technology, each.width, config.pixels_per_cycle);
  sum.add(technology, "int8_multiply", config.lanes * multiplier_share(network, config));
  sum.add(technology, "shifter_32", config.lanes * shifter_share(network, config));
  sum.add_adders(technology, network.response_width() + config.gain_bits, config.lanes);
  const double window_bits = 8.0 * unit.size * (unit.size + config.pixels_per_cycle - 1);
  const double lane_bits = config.lanes * (config.gain_bits + 32.0);
  sum.add(technology, "register_bit",
          window_bits + config.pixels_per_cycle * network.response_width() + lane_bits + unit_control_bits);
  sum.add(line_macro(unit, config, technology), 1);
  sum.add(response_macro(config, technology), 2);
  sum.add(target_macro(config, technology), 1);
  // All but the control is clock-gated while idle: its clock is part of its operations.
  sum.clock_joules = unit_control_bits * technology.joules("register_bit_clock");
  return sum;
}

Structure dispatcher_structure(const Technology& technology) {
  return {.area_mm2 = dispatcher_control_bits * technology.area_mm2("register_bit"),
          .leakage_watts = dispatcher_control_bits * technology.leakage_watts("register_bit"),
          .clock_joules = dispatcher_control_bits * technology.joules("register_bit_clock")};
}

Figure job_byte_joules(const Technology& technology) {
  return 8 * register_joules(technology);
}

}  // namespace kasane::kcu
