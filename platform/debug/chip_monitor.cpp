#include "platform/debug/chip_monitor.h"

#include <stdexcept>
#include <vector>

#include "models/common/config/quantity.h"
#include "models/common/seconds.h"
#include "platform/trace/formatted.h"
#include "platform/trace/run_table.h"

namespace kasane::gdb {
namespace {

std::string with_time_unit(sc_core::sc_time time) {
  return with_unit(seconds_of(time), "s");
}

std::string show_or_set_quantum(Hart& hart, const std::string& text) {
  if (!text.empty()) {
    try {
      const std::uint64_t picoseconds = parse_whole_quantity(text, Dimension::time);
      if (picoseconds == 0) throw std::invalid_argument("expected a time above 0");
      hart.set_quantum(sc_core::sc_time::from_value(picoseconds));
    } catch (const std::invalid_argument& error) {
      return "quantum '" + text + "': " + error.what() + "\n";
    }
  }
  return "The hart runs ahead by up to " + with_time_unit(hart.quantum()) + ".\n";
}

std::string row(const std::string& block, const std::string& now, const std::string& since,
                const std::string& energy) {
  return formatted("%-24.24s %12s %20s %12s\n", block.c_str(), now.c_str(), since.c_str(), energy.c_str());
}

/// Remembers what it showed last, so that two breakpoints measure what lies between them.
class PowerTable {
 public:
  explicit PowerTable(const EnergyAccount& account) : account_(&account) {}

  std::string show() {
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    const double seconds = seconds_of(now - shown_at_);
    const std::size_t blocks = account_->blocks().size();
    shown_joules_.resize(blocks);
    std::string text = "after " + with_time_unit(now) + " of simulated time:\n" +
                       row("block", "power now", "since last asked", "energy");
    double watts = 0;
    double since = 0;
    double joules = 0;
    for (std::uint32_t index = 0; index < blocks; ++index) {
      const double spent = account_->spent({index}).total();
      const double newly = spent - shown_joules_[index];
      text += line(account_->blocks()[index].name, account_->watts({index}), newly, seconds, spent);
      watts += account_->watts({index});
      since += newly;
      joules += spent;
      shown_joules_[index] = spent;
    }
    shown_at_ = now;
    return text + line("all", watts, since, seconds, joules);
  }

 private:
  static std::string line(const std::string& block, double watts, double newly, double seconds,
                          double joules) {
    return row(block, with_unit(watts, "W"), seconds > 0 ? with_unit(newly / seconds, "W") : "-",
               with_unit(joules, "J"));
  }

  const EnergyAccount* account_;
  sc_core::sc_time shown_at_;
  std::vector<double> shown_joules_;
};

}  // namespace

Monitor chip_monitor(DebugPort& debugger, Hart& hart, const EnergyAccount& account) {
  Monitor monitor;
  monitor.add({"reset", "",
               "put the hart at its reset vector, in its state after reset; memory and devices stay",
               [&debugger](const std::string&) {
                 debugger.reset();
                 return std::string("The hart is at its reset vector.\n");
               }});
  monitor.add({"quantum", "[TIME]", "show or set how far the hart runs ahead of the other blocks",
               [&hart](const std::string& text) { return show_or_set_quantum(hart, text); }});
  monitor.add({"power", "", "each block's power and energy, as of the hart's last synchronisation",
               [table = PowerTable(account)](const std::string&) mutable { return table.show(); }});
  return monitor;
}

}  // namespace kasane::gdb
