/// Where the bytes come from that the UART receives: a terminal, a TCP connection.
#pragma once

#include <string>
#include <string_view>

namespace kasane {

class ConsoleInput {
 public:
  virtual ~ConsoleInput() = default;
  /// The bytes since the last call. Called while the simulation is paused; does not block.
  virtual std::string poll() = 0;
  /// The UART sent these bytes: for those who show them to somebody.
  virtual void sent(std::string_view) {}
  /// More may come: a chip that waits for it is not stuck.
  virtual bool open() const = 0;
};

}  // namespace kasane
