#include "platform/peripherals/power_manager.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "kasane/power_manager.h"

namespace kasane {
namespace {

constexpr std::size_t most_domains =
    (KASANE_POWER_REGISTER_BYTES - KASANE_POWER_DOMAINS) / KASANE_POWER_STRIDE;

std::uint32_t saturated(double value) {
  return static_cast<std::uint32_t>(
      std::min(std::round(value), static_cast<double>(std::numeric_limits<std::uint32_t>::max())));
}

/// Per domain: clock and power control, fault, and an operating point of 8 bits.
std::uint64_t register_bits(std::size_t domains) {
  return domains * std::uint64_t{3 + 8};
}

}  // namespace

PowerManager::PowerManager(sc_core::sc_module_name name, PowerDomain& domain, EnergyAccount& account,
                           const Technology& technology, std::vector<PowerDomain*> managed)
    : RegisterBlock(
          name, 4,
          RegisterCost(base_name(name), register_bits(managed.size()), domain, account, technology)) {
  if (managed.size() > most_domains) {
    throw std::invalid_argument("power manager: " + std::to_string(managed.size()) +
                                " domains, expected at most " + std::to_string(most_domains));
  }
  for (PowerDomain* one : managed) groups_.push_back({one});
  bank().add({"ID", KASANE_POWER_ID, Access::read_only, "which block", KASANE_POWER_MANAGER_ID_VALUE});
  bank().add({"DOMAIN_COUNT", KASANE_POWER_DOMAIN_COUNT, Access::read_only, "managed domains",
              static_cast<std::uint32_t>(groups_.size())});
  for (std::uint32_t index = 0; index < groups_.size(); ++index) add_group(index);
}

void PowerManager::add_group(std::uint32_t index) {
  Group& group = groups_[index];
  const PowerDomain& domain = *group.domain;
  const std::uint64_t base = KASANE_POWER_DOMAINS + index * std::uint64_t{KASANE_POWER_STRIDE};
  const auto add_read_only = [&](const char* name, std::uint64_t offset, const char* description,
                                 std::function<std::uint32_t()> on_read) {
    bank().add({.name = domain.name() + "." + name,
                .offset = base + offset,
                .access = Access::read_only,
                .description = description,
                .on_read = std::move(on_read)});
  };
  bank().add({.name = domain.name() + ".CONTROL",
              .offset = base + KASANE_DOMAIN_CONTROL,
              .description = "bit 0 clock, bit 1 power",
              .on_read = [this, &group] { return control(group); },
              .on_write = [this, &group](std::uint32_t value) { write_control(group, value); }});
  add_read_only("STATUS", KASANE_DOMAIN_STATUS, "bit 0 ready, bit 1 fault",
                [this, &group] { return status(group); });
  bank().add({.name = domain.name() + ".POINT",
              .offset = base + KASANE_DOMAIN_POINT,
              .description = "index of the operating point",
              .on_read = [&domain] { return domain.point_index(); },
              .on_write = [&group](std::uint32_t value) { group.fault = !group.domain->set_point(value); }});
  add_read_only("POINT_COUNT", KASANE_DOMAIN_POINT_COUNT, "operating points",
                [&domain] { return static_cast<std::uint32_t>(domain.config().points.size()); });
  add_read_only("MILLIVOLTS", KASANE_DOMAIN_MILLIVOLTS, "at the present point",
                [&domain] { return saturated(domain.point().volts * 1e3); });
  add_read_only("KILOHERTZ", KASANE_DOMAIN_KILOHERTZ, "at the present point",
                [&domain] { return saturated(static_cast<double>(domain.point().hertz) / 1e3); });
  add_read_only("WAKE_NANOSECONDS", KASANE_DOMAIN_WAKE_NANOSECONDS, "from power on to usable", [&domain] {
    return saturated(std::ceil(domain.config().wake_up.to_seconds() * 1e9 - 1e-3));
  });
}

std::uint32_t PowerManager::control(const Group& group) const {
  std::uint32_t value = 0;
  if (group.domain->clocked()) value |= KASANE_DOMAIN_CLOCK;
  if (group.domain->powered()) value |= KASANE_DOMAIN_POWER;
  return value;
}

void PowerManager::write_control(Group& group, std::uint32_t value) {
  const bool power = group.domain->set_power((value & KASANE_DOMAIN_POWER) != 0);
  const bool clock = group.domain->set_clock((value & KASANE_DOMAIN_CLOCK) != 0);
  const bool known = (value & ~std::uint32_t{KASANE_DOMAIN_CLOCK | KASANE_DOMAIN_POWER}) == 0;
  group.fault = !power || !clock || !known;
}

std::uint32_t PowerManager::status(const Group& group) const {
  std::uint32_t value = 0;
  if (group.domain->ready()) value |= KASANE_DOMAIN_STATUS_READY;
  if (group.fault) value |= KASANE_DOMAIN_STATUS_FAULT;
  return value;
}

}  // namespace kasane
