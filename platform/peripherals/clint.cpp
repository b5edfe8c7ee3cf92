#include "platform/peripherals/clint.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>

#include "kasane/clint.h"

namespace kasane {
namespace {

constexpr std::uint64_t picoseconds_per_second = 1'000'000'000'000;
constexpr std::uint64_t no_compare = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint32_t most_harts = 4095;

std::uint64_t replace_half(std::uint64_t word, std::uint32_t value, unsigned shift) {
  return (word & ~(std::uint64_t{0xFFFFFFFF} << shift)) | static_cast<std::uint64_t>(value) << shift;
}

std::uint32_t checked_harts(const ClintConfig& config) {
  if (config.harts == 0 || config.harts > most_harts) {
    throw std::invalid_argument("clint: harts is " + std::to_string(config.harts) + ", expected 1 to 4095");
  }
  return config.harts;
}

}  // namespace

Clint::Clint(sc_core::sc_module_name name, const ClintConfig& config, PowerDomain& domain,
             EnergyAccount& account, const Technology& technology)
    : RegisterBlock(name, 4,
                    RegisterCost(base_name(name), 64 + checked_harts(config) * std::uint64_t{65}, domain,
                                 account, technology)),
      timer_interrupt("timer_interrupt", config.harts),
      software_interrupt("software_interrupt", config.harts),
      config_(config),
      compare_(config.harts, no_compare) {
  if (config.timebase_hertz == 0 || config.timebase_hertz > picoseconds_per_second) {
    throw std::invalid_argument("clint: timebase_hertz must be above 0 and at most 1e12");
  }
  for (std::uint32_t hart = 0; hart < config_.harts; ++hart) {
    timer_wires_.push_back(add_wire("timer interrupt " + std::to_string(hart)));
    software_wires_.push_back(add_wire("software interrupt " + std::to_string(hart)));
  }
  add_registers();
  SC_HAS_PROCESS(Clint);
  SC_METHOD(update);
  sensitive << changed_ << reached_;
}

void Clint::add_registers() {
  for (std::uint32_t hart = 0; hart < config_.harts; ++hart) {
    const std::string suffix = std::to_string(hart);
    const std::uint64_t msip = KASANE_CLINT_MSIP + 4 * std::uint64_t{hart};
    bank().add({.name = "MSIP" + suffix,
                .offset = msip,
                .description = "bit 0 raises the hart's software interrupt",
                .on_write = [this, msip](std::uint32_t value) {
                  bank().at(msip).value = value & 1;
                  changed_.notify(sc_core::SC_ZERO_TIME);
                }});
    const std::uint64_t compare = KASANE_CLINT_MTIMECMP + 8 * std::uint64_t{hart};
    add_half(("MTIMECMP_LOW" + suffix).c_str(), compare, compare_[hart], 0);
    add_half(("MTIMECMP_HIGH" + suffix).c_str(), compare + 4, compare_[hart], 32);
  }
  for (const unsigned shift : {0u, 32u}) {
    bank().add({.name = shift == 0 ? "MTIME_LOW" : "MTIME_HIGH",
                .offset = KASANE_CLINT_MTIME + shift / 8,
                .description = "counts at the timebase frequency",
                .on_read = [this, shift] { return static_cast<std::uint32_t>(mtime() >> shift); },
                .on_write = [this, shift](std::uint32_t value) { write_mtime(value, shift); }});
  }
}

void Clint::add_half(const char* name, std::uint64_t offset, std::uint64_t& word, unsigned shift) {
  bank().add({.name = name,
              .offset = offset,
              .description = "timer interrupt while mtime >= mtimecmp",
              .on_read = [&word, shift] { return static_cast<std::uint32_t>(word >> shift); },
              .on_write =
                  [this, &word, shift](std::uint32_t value) {
                    word = replace_half(word, value, shift);
                    changed_.notify(sc_core::SC_ZERO_TIME);
                  }});
}

void Clint::write_mtime(std::uint32_t value, unsigned shift) {
  offset_ += replace_half(mtime(), value, shift) - mtime();
  changed_.notify(sc_core::SC_ZERO_TIME);
}

std::uint64_t Clint::ticks(const sc_core::sc_time& at) const {
  const unsigned __int128 product = static_cast<unsigned __int128>(at.value()) * config_.timebase_hertz;
  return static_cast<std::uint64_t>(product / picoseconds_per_second);
}

void Clint::update() {
  const std::uint64_t now = mtime();
  std::uint64_t nearest = no_compare;
  for (std::uint32_t hart = 0; hart < config_.harts; ++hart) {
    const bool timer = now >= compare_[hart];
    const bool software = bank().at(KASANE_CLINT_MSIP + 4 * std::uint64_t{hart}).value != 0;
    timer_interrupt[hart].write(timer);
    software_interrupt[hart].write(software);
    show(timer_wires_[hart], timer);
    show(software_wires_[hart], software);
    if (compare_[hart] > now) nearest = std::min(nearest, compare_[hart]);
  }
  reached_.cancel();
  if (nearest == no_compare) return;
  const unsigned __int128 tick = static_cast<unsigned __int128>(ticks()) + (nearest - now);
  const unsigned __int128 at =  // the first picosecond at which that tick has been counted
      (tick * picoseconds_per_second + config_.timebase_hertz - 1) / config_.timebase_hertz;
  if (at > sc_core::sc_max_time().value()) return;
  reached_.notify(sc_core::sc_time::from_value(static_cast<std::uint64_t>(at)) - sc_core::sc_time_stamp());
}

}  // namespace kasane
