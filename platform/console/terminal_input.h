/// The program's standard input as the UART's peer: what is typed goes to the simulated software key by key.
#pragma once

#include <optional>
#include <termios.h>

#include "platform/console/console_input.h"

namespace kasane {

/// While it lives, a terminal neither echoes nor waits for whole lines: that is the software's business.
/// Ctrl-C still ends the run. Files and pipes are read to their end.
class TerminalInput : public ConsoleInput {
 public:
  TerminalInput();
  ~TerminalInput() override;
  TerminalInput(const TerminalInput&) = delete;
  TerminalInput& operator=(const TerminalInput&) = delete;

  std::string poll() override;
  bool open() const override { return open_; }

 private:
  std::optional<termios> before_;  ///< only of a terminal
  bool open_ = true;
};

}  // namespace kasane
