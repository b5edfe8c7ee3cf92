#include "tests/example/vector_scale.h"

#include <algorithm>
#include <vector>

namespace kasane::example {
namespace {

constexpr std::uint32_t most_elements = 4096;

/// Adds the block to the account before the engine's front is built, which wants to know it.
BlockId add_block(const sc_core::sc_module_name& name, const VectorScaleConfig& config, PowerDomain& domain,
                  EnergyAccount& account, const Technology& technology) {
  const BlockId block =
      account.add_block(static_cast<const char*>(name), config.lanes * technology.area_mm2("int8_multiply"));
  constexpr double register_bits_per_lane = 24;  // both operands and the product's upper half
  domain.attach(block, config.lanes * technology.leakage_watts("int8_multiply"),
                config.lanes * register_bits_per_lane * technology.joules("register_bit_clock"));
  return block;
}

std::span<std::uint8_t> bytes_of(std::vector<std::int8_t>& values) {
  return {reinterpret_cast<std::uint8_t*>(values.data()), values.size()};
}

}  // namespace

void scale(std::span<const std::int8_t> input, std::int32_t factor, std::span<std::int8_t> output) {
  std::transform(input.begin(), input.end(), output.begin(), [factor](std::int8_t value) {
    return static_cast<std::int8_t>(std::clamp(value * factor, -128, 127));
  });
}

VectorScaleSchedule schedule(std::uint32_t count, const VectorScaleConfig& config) {
  return {.cycles = (count + config.lanes - 1) / config.lanes, .multiplications = count};
}

VectorScale::VectorScale(sc_core::sc_module_name name, const VectorScaleConfig& config, PowerDomain& domain,
                         EnergyAccount& account, const Technology& technology)
    : Engine(name, {.id = VECTOR_SCALE_ID, .version = KASANE_ENGINE_VERSION_1_0},
             add_block(name, config, domain, account, technology), domain, account),
      config_(config),
      multiply_(account.add_operation(block(), "int8_multiply", technology.joules("int8_multiply"))) {}

std::string_view VectorScale::command_name(std::uint16_t) const {
  return "vector scale";
}

void VectorScale::execute(const CommandRecord& record) {
  const auto command = record.as<vector_scale_command>();
  if (command.header.opcode != VECTOR_SCALE_RUN) throw CommandError{KASANE_ERROR_OPCODE};
  const bool possible =
      command.count >= 1 && command.count <= most_elements && command.factor >= -128 && command.factor <= 127;
  if (!possible) throw CommandError{KASANE_ERROR_PARAMETER};

  const LayerId layer = command.header.layer;
  std::vector<std::int8_t> values(command.count);
  account().set_activity(block(), Activity::memory);
  wait(bus.read(command.input, bytes_of(values), layer, sc_core::SC_ZERO_TIME));

  const VectorScaleSchedule cost = schedule(command.count, config_);
  const sc_core::sc_time begin = sc_core::sc_time_stamp();
  const Interval when{begin, begin + domain().cycles(cost.cycles)};
  account().set_activity(block(), Activity::compute);
  account().book(multiply_, cost.multiplications, when, layer);
  wait(when.length());
  scale(values, command.factor, values);

  account().set_activity(block(), Activity::memory);
  wait(bus.write(command.output, bytes_of(values), layer, sc_core::SC_ZERO_TIME));
  account().book_bytes(block(), {command.count, command.count}, layer);
}

}  // namespace kasane::example
