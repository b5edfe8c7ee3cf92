#include "platform/trace/writers/vcd_signals.h"

#include <algorithm>

namespace kasane {
namespace {

/// Printable characters as digits.
std::string code_of(std::size_t number) {
  constexpr char first = '!';
  constexpr std::size_t digits = '~' - '!' + 1;
  std::string code;
  do {
    code += static_cast<char>(first + number % digits);
    number /= digits;
  } while (number > 0);
  return code;
}

}  // namespace

std::string vcd_name(const std::string& text) {
  std::string name = text;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

VcdSignals::VcdSignals(const TraceLayout& layout) {
  total = add("", "total_power_W", VcdKind::real);
  bandwidth.resize(layout.ports.size());
  levels.resize(layout.levels.size());
  states.resize(layout.workers.size());
  for (std::uint32_t block = 0; block < layout.blocks.size(); ++block) {
    const std::string& scope = layout.blocks[block];
    const BlockId id{block};
    power.push_back(add(scope, "power_W", VcdKind::real));
    for (std::size_t index = 0; index < layout.workers.size(); ++index) {
      if (layout.workers[index].block == id) states[index] = add(scope, "state", VcdKind::text);
    }
    for (std::size_t index = 0; index < layout.levels.size(); ++index) {
      const LevelEntry& level = layout.levels[index];
      const VcdKind kind = level.kind == LevelKind::wire ? VcdKind::wire : VcdKind::integer;
      if (level.block == id) levels[index] = add(scope, vcd_name(level.name), kind);
    }
    for (std::size_t index = 0; index < layout.ports.size(); ++index) {
      const PortEntry& port = layout.ports[index];
      if (port.block != id) continue;
      bandwidth[index] = add(scope, vcd_name(port.name) + "_bandwidth_Bps", VcdKind::real);
    }
  }
  for (const std::string& domain : layout.domains) {
    const std::string scope = "domain_" + domain;
    domain_states.push_back(add(scope, "state", VcdKind::text));
    domain_volts.push_back(add(scope, "voltage_V", VcdKind::real));
    domain_hertz.push_back(add(scope, "clock_Hz", VcdKind::real));
  }
}

std::size_t VcdSignals::add(const std::string& scope, const std::string& name, VcdKind kind) {
  all.push_back({scope, name, kind, code_of(all.size())});
  return all.size() - 1;
}

}  // namespace kasane
