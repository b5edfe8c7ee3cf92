#include "platform/peripherals/plic.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "kasane/plic.h"

namespace kasane {
namespace {

constexpr std::uint32_t word_bits = 32;

void check(const char* what, std::uint32_t value, std::uint32_t most) {
  if (value == 0 || value > most) {
    throw std::invalid_argument("plic: " + std::string(what) + " is " + std::to_string(value) +
                                ", expected 1 to " + std::to_string(most));
  }
}

const PlicConfig& checked(const PlicConfig& config) {
  check("sources", config.sources, 1023);
  check("contexts", config.contexts, 64);
  check("priority_bits", config.priority_bits, 32);
  return config;
}

/// Per source: priority, pending, in service; per context: an enable bit for each source, and a threshold.
std::uint64_t register_bits(const PlicConfig& config) {
  const std::uint64_t sources = config.sources * (std::uint64_t{config.priority_bits} + 2);
  return sources + config.contexts * (std::uint64_t{config.sources} + config.priority_bits);
}

}  // namespace

Plic::Plic(sc_core::sc_module_name name, const PlicConfig& config, PowerDomain& domain,
           EnergyAccount& account, const Technology& technology)
    : RegisterBlock(
          name, 4,
          RegisterCost(base_name(name), register_bits(checked(config)), domain, account, technology)),
      sources("sources", config.sources),
      hart_interrupt("hart_interrupt", config.contexts),
      account_(account),
      priority_mask_(~std::uint32_t{0} >> (word_bits - config.priority_bits)),
      source_states_(config.sources + 1),
      contexts_(config.contexts, {.enabled = std::vector<bool>(config.sources + 1, false)}) {
  add_source_registers();
  for (std::uint32_t context = 0; context < config.contexts; ++context) {
    add_context_registers(context);
    wires_.push_back(add_wire("external interrupt " + std::to_string(context)));
  }
  SC_HAS_PROCESS(Plic);
  SC_METHOD(update);
  sensitive << changed_;
  for (auto& line : sources) sensitive << line;
}

void Plic::add_source_registers() {
  for (std::uint32_t number = 1; number < source_states_.size(); ++number) {
    bank().add({.name = "PRIORITY" + std::to_string(number),
                .offset = KASANE_PLIC_PRIORITY + 4 * std::uint64_t{number},
                .description = "0 never interrupts",
                .on_read = [this, number] { return source_states_[number].priority; },
                .on_write =
                    [this, number](std::uint32_t value) {
                      source_states_[number].priority = value & priority_mask_;
                      changed();
                    }});
  }
  for (std::uint32_t word = 0; word * word_bits < source_states_.size(); ++word) {
    bank().add({.name = "PENDING" + std::to_string(word),
                .offset = KASANE_PLIC_PENDING + 4 * std::uint64_t{word},
                .access = Access::read_only,
                .description = "one bit per source",
                .on_read = [this, word] { return pending_word(word); }});
  }
}

void Plic::add_context_registers(std::uint32_t index) {
  Context& context = contexts_[index];
  const std::string suffix = "_" + std::to_string(index);
  for (std::uint32_t word = 0; word * word_bits < source_states_.size(); ++word) {
    bank().add({.name = "ENABLE" + std::to_string(word) + suffix,
                .offset = KASANE_PLIC_ENABLE + index * std::uint64_t{KASANE_PLIC_ENABLE_STRIDE} +
                          4 * std::uint64_t{word},
                .description = "one bit per source",
                .on_read = [this, &context, word] { return enable_word(context, word); },
                .on_write = [this, &context,
                             word](std::uint32_t value) { write_enable_word(context, word, value); }});
  }
  const std::uint64_t base = index * std::uint64_t{KASANE_PLIC_CONTEXT_STRIDE};
  bank().add({.name = "THRESHOLD" + suffix,
              .offset = KASANE_PLIC_THRESHOLD + base,
              .description = "only priorities above it interrupt",
              .on_read = [&context] { return context.threshold; },
              .on_write =
                  [this, &context](std::uint32_t value) {
                    context.threshold = value & priority_mask_;
                    changed();
                  }});
  bank().add({.name = "CLAIM" + suffix,
              .offset = KASANE_PLIC_CLAIM + base,
              .description = "read claims the most urgent source, write completes one",
              .on_read = [this, &context] { return claim(context); },
              .on_write = [this, &context](std::uint32_t value) { complete(context, value); },
              .on_peek = [this, &context] { return best(context); }});
}

std::uint32_t Plic::pending_word(std::uint32_t word) const {
  std::uint32_t value = 0;
  for (std::uint32_t bit = 0; bit < word_bits && word * word_bits + bit < source_states_.size(); ++bit) {
    if (source_states_[word * word_bits + bit].pending) value |= std::uint32_t{1} << bit;
  }
  return value;
}

std::uint32_t Plic::enable_word(const Context& context, std::uint32_t word) const {
  std::uint32_t value = 0;
  for (std::uint32_t bit = 0; bit < word_bits && word * word_bits + bit < source_states_.size(); ++bit) {
    if (context.enabled[word * word_bits + bit]) value |= std::uint32_t{1} << bit;
  }
  return value;
}

void Plic::write_enable_word(Context& context, std::uint32_t word, std::uint32_t value) {
  for (std::uint32_t bit = 0; bit < word_bits && word * word_bits + bit < source_states_.size(); ++bit) {
    const std::uint32_t number = word * word_bits + bit;
    context.enabled[number] = number != 0 && ((value >> bit) & 1) != 0;
  }
  changed();
}

/// The pending, enabled source of the highest priority, the lowest number first; 0 where there is none.
std::uint32_t Plic::best(const Context& context) const {
  std::uint32_t found = 0;
  for (std::uint32_t number = 1; number < source_states_.size(); ++number) {
    const Source& source = source_states_[number];
    if (source.pending && context.enabled[number] && source.priority > source_states_[found].priority) {
      found = number;
    }
  }
  return found;
}

/// The threshold does not matter here (specification, "Interrupt Claim Process").
std::uint32_t Plic::claim(const Context& context) {
  const std::uint32_t number = best(context);
  if (number == 0) return 0;
  source_states_[number].pending = false;
  source_states_[number].in_service = true;
  source_states_[number].claimed = sc_core::sc_time_stamp();
  changed();
  return number;
}

void Plic::complete(const Context& context, std::uint32_t number) {
  if (number == 0 || number >= source_states_.size() || !context.enabled[number]) return;
  Source& source = source_states_[number];
  if (source.in_service) {
    const Interval service{source.claimed, sc_core::sc_time_stamp()};
    account_.feed().tell([&](ActivityObserver& observer) { observer.on_interrupt(number, service); });
  }
  source.in_service = false;
  changed();
}

void Plic::update() {
  for (std::uint32_t number = 1; number < source_states_.size(); ++number) {
    Source& source = source_states_[number];
    if (!source.in_service && sources[number - 1].read()) source.pending = true;
  }
  for (std::uint32_t index = 0; index < contexts_.size(); ++index) {
    const std::uint32_t number = best(contexts_[index]);
    const bool raised = source_states_[number].priority > contexts_[index].threshold;
    hart_interrupt[index].write(raised);
    show(wires_[index], raised);
  }
}

}  // namespace kasane
