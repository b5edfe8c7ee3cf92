/// GDB's `monitor` commands: a word, its arguments, and text as the answer.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kasane::gdb {

struct MonitorCommand {
  std::string name;
  std::string arguments;  ///< as shown by `monitor help`, e.g. "[TIME]"
  std::string help;
  /// Gets what follows the name; returns the text to print, lines ending in a newline.
  std::function<std::string(const std::string& arguments)> action;
};

class Monitor {
 public:
  void add(MonitorCommand command) { commands_.push_back(std::move(command)); }
  /// Executes a line; also knows `help`, and explains what it does not know.
  std::string execute(std::string_view line) const;

 private:
  std::string help() const;
  std::vector<MonitorCommand> commands_;
};

}  // namespace kasane::gdb
