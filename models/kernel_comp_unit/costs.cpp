#include "models/kernel_comp_unit/costs.h"

#include <algorithm>

#include "kasane/engine.h"

namespace kasane::kcu {
namespace {

constexpr std::uint32_t smallest_macro_bytes = 64;

/// Choice: a unit's job registers, counters and state; the dispatcher's command, queues and state.
constexpr std::uint32_t unit_control_bits = 256;
constexpr std::uint32_t dispatcher_control_bits = 4 * KASANE_COMMAND_BYTES * 8;

/// A figure of an adder of `width` bits, on the line through the technology's adders of 8 and 32 bits; below
/// 8 bits in proportion to the width.
template <typename Quantity>
Quantity adder(std::uint32_t width, const Quantity& of_8, const Quantity& of_32) {
  if (width < 8) return of_8 * width / 8;
  return of_8 + (of_32 - of_8) * (width - 8.0) / 24;
}

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

Figure register_joules(const Technology& technology) {
  return technology.joules("register_bit") + technology.joules("register_bit_clock");
}

}  // namespace

std::array<OperationCost, operation_count> operation_costs(const UnitKernel& unit, const KcuConfig& config,
                                                           const Technology& technology) {
  const AdderNetwork network(unit.constants);
  const auto adder_joules = [&](std::uint32_t width) {
    return adder(width, technology.joules("int8_add"), technology.joules("int32_add"));
  };
  // The response is registered once, on its way to the response buffer.
  Figure response = network.response_width() * register_joules(technology);
  for (const Adder& each : network.adders()) response += adder_joules(each.width);
  const Figure gain = multiplier_share(network, config) * technology.joules("int8_multiply") +
                      shifter_share(network, config) * technology.joules("shifter_32") +
                      adder_joules(network.response_width() + config.gain_bits);
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
  const auto add = [&](const char* component, double count) {
    sum.area_mm2 += count * technology.area_mm2(component);
    sum.leakage_watts += count * technology.leakage_watts(component);
  };
  const auto add_adder = [&](std::uint32_t width, double count) {
    sum.area_mm2 += count * adder(width, technology.area_mm2("int8_add"), technology.area_mm2("int32_add"));
    sum.leakage_watts +=
        count * adder(width, technology.leakage_watts("int8_add"), technology.leakage_watts("int32_add"));
  };
  // Several pixels a cycle need the network several times.
  for (const Adder& each : network.adders()) add_adder(each.width, config.pixels_per_cycle);
  add("int8_multiply", config.lanes * multiplier_share(network, config));
  add("shifter_32", config.lanes * shifter_share(network, config));
  add_adder(network.response_width() + config.gain_bits, config.lanes);
  const double window_bits = 8.0 * unit.size * (unit.size + config.pixels_per_cycle - 1);
  const double lane_bits = config.lanes * (config.gain_bits + 32.0);
  add("register_bit",
      window_bits + config.pixels_per_cycle * network.response_width() + lane_bits + unit_control_bits);
  const auto add_macro = [&](const SramFigures& macro, double count) {
    sum.area_mm2 += count * macro.area_mm2;
    sum.leakage_watts += count * macro.leakage_watts;
  };
  add_macro(line_macro(unit, config, technology), 1);
  add_macro(response_macro(config, technology), 2);
  add_macro(target_macro(config, technology), 1);
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
