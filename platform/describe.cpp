#include "platform/describe.h"

#include <iterator>

#include "models/common/seconds.h"
#include "platform/trace/formatted.h"
#include "platform/trace/run_table.h"

namespace kasane {
namespace {

void print_blocks(std::string& text, const Machine& machine) {
  text +=
      formatted("\nblocks\n  %-22s %12s  %s\n", "name", "area mm2", "operations, energy at nominal voltage");
  double area = 0;
  for (const BlockEntry& block : machine.account().blocks()) {
    area += block.area_mm2;
    text += formatted("  %-22s %12.5f ", block.name.c_str(), block.area_mm2);
    std::size_t column = 38;
    for (const OperationId id : block.operations) {
      const OperationEntry& operation = machine.account().operation(id);
      const std::string item = " " + operation.name + " " + with_unit(operation.joules.value, "J") + ";";
      if (column + item.size() > 100) {
        text += "\n" + std::string(37, ' ');
        column = 37;
      }
      text += item;
      column += item.size();
    }
    text += '\n';
  }
  text += formatted("  %-22s %12.5f\n", "all", area);
}

void print_domains(std::string& text, const Machine& machine) {
  text += "\npower domains\n";
  for (std::size_t index = 0; index < machine.domains().size(); ++index) {
    const PowerDomain& domain = *machine.domains()[index];
    text += formatted("  %zu %-9s", index, domain.name().c_str());
    for (const OperatingPoint& point : domain.config().points) {
      text +=
          formatted("  %s at %.2f V", with_unit(static_cast<double>(point.hertz), "Hz").c_str(), point.volts);
    }
    if (domain.config().power_can_gate) {
      text +=
          formatted("  (gates; wakes up in %s)", with_unit(seconds_of(domain.config().wake_up), "s").c_str());
    }
    text += '\n';
  }
}

void print_memory_map(std::string& text, const Machine& machine) {
  text += formatted("\nmemory map\n  %-20s %-20s %-10s %-9s %s\n", "first", "last", "interrupt", "domain",
                    "block");
  for (const MemoryMapEntry& entry : machine.memory_map()) {
    const std::uint64_t last = entry.base + entry.bytes - 1;
    const std::string line = entry.interrupt == KASANE_NO_INTERRUPT ? "-" : std::to_string(entry.interrupt);
    text +=
        formatted("  0x%016llx   0x%016llx   %-10s %-9s %s\n", static_cast<unsigned long long>(entry.base),
                  static_cast<unsigned long long>(last), line.c_str(),
                  domain_names[static_cast<std::size_t>(entry.domain)].data(), entry.name.data());
  }
}

const char* access_text(Access access) {
  switch (access) {
    case Access::read_only:
      return "RO";
    case Access::read_write:
      return "RW";
    case Access::write_only:
      return "WO";
    case Access::write_one_to_clear:
      return "W1C";
  }
  return "";
}

/// The name without its number at the end.
std::string stem(const std::string& name) {
  return name.substr(0, name.find_last_not_of("0123456789") + 1);
}

/// Registers that repeat, such as PRIORITY1, PRIORITY2, ..., are one line.
void print_bank(std::string& text, const RegisterBank& bank) {
  const auto& registers = bank.registers();
  for (auto first = registers.begin(); first != registers.end();) {
    auto last = first;
    for (auto next = std::next(first); next != registers.end(); ++next) {
      const bool same = stem(next->second.name) == stem(first->second.name) &&
                        stem(next->second.name) != next->second.name &&
                        next->second.access == first->second.access;
      if (!same) break;
      last = next;
    }
    const Register& reg = first->second;
    const std::string name = last == first ? reg.name : reg.name + " ... " + last->second.name;
    text += formatted("  0x%06llx %-4s %-28s %s\n", static_cast<unsigned long long>(reg.offset),
                      access_text(reg.access), name.c_str(), reg.description.c_str());
    first = std::next(last);
  }
}

void print_registers(std::string& text, const Machine& machine) {
  for (const MemoryMapEntry& entry : machine.memory_map()) {
    const RegisterBank* bank = machine.registers(entry.kind);
    if (bank == nullptr) continue;
    text += formatted("\n%s registers, from 0x%08llx\n", entry.name.data(),
                      static_cast<unsigned long long>(entry.base));
    print_bank(text, *bank);
  }
}

}  // namespace

std::string describe(const Scenario& scenario, const Machine& machine) {
  std::string text = scenario.name + ": " + scenario.description + "\n";
  print_blocks(text, machine);
  print_domains(text, machine);
  print_memory_map(text, machine);
  print_registers(text, machine);
  return text;
}

}  // namespace kasane
