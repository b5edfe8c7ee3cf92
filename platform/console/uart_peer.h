/// The far end of the UART: shows what software prints, and types what the scenario and people have to say.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "platform/console/console.h"
#include "platform/console/console_input.h"
#include "platform/console/console_script.h"
#include "platform/peripherals/run_monitor.h"
#include "platform/peripherals/uart.h"

namespace kasane {

class UartPeer {
 public:
  /// `observer` hears of an end that the script decides.
  UartPeer(std::vector<ConsoleStep> script, RunObserver& observer)
      : script_(std::move(script)), observer_(observer) {}

  /// Call before the simulation starts; both outlive it.
  void attach(Uart& uart, Console& console);
  void add(std::unique_ptr<ConsoleInput> input) { inputs_.push_back(std::move(input)); }

  /// The UART sent a character. The script answers at once, at the same simulated time.
  void see(char character);
  /// Between slices of the simulation: shows an unfinished line, types what came from outside.
  void poll();
  /// Somebody may yet type something.
  bool open() const;

  const ConsoleScript& script() const { return script_; }

 private:
  ConsoleScript script_;
  RunObserver& observer_;
  bool ended_ = false;
  Uart* uart_ = nullptr;
  Console* console_ = nullptr;
  std::vector<std::unique_ptr<ConsoleInput>> inputs_;
  std::string sent_;  ///< by the UART, not yet told to the inputs
};

}  // namespace kasane
