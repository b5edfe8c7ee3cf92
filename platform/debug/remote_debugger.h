/// GDB attached to a run: `kasane run --gdb PORT`.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>

#include "models/common/energy_account.h"
#include "platform/cpu/debug/hart_debugger.h"
#include "platform/debug/gdb_server.h"
#include "platform/debug/monitor.h"

namespace kasane {

class RemoteDebugger {
 public:
  /// `waits`: the hart executes nothing before GDB lets it. Port 0: any free one. Throws std::runtime_error
  /// where the port cannot be had.
  RemoteDebugger(std::uint16_t port, bool waits, Hart& hart, const EnergyAccount& account);

  std::uint16_t port() const { return server_.port(); }

  /// Serves GDB between two slices of simulation. True: the chip must stand still; then some milliseconds
  /// may have passed in wait for what comes next.
  bool holds();
  /// GDB has ended the run.
  bool ends() const { return server_.killed(); }
  /// Nothing is scheduled any more; true where GDB has been told, and may know what to do about it.
  bool report_standstill() { return server_.report_standstill(); }
  /// Tells GDB that firmware has ended the run with this code.
  void report_exit(std::uint32_t code);

 private:
  boost::asio::io_context context_;
  HartDebugger debugger_;
  gdb::Monitor monitor_;
  gdb::Server server_;
  std::chrono::steady_clock::time_point next_look_;
};

}  // namespace kasane
