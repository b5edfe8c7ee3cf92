#include "platform/debug/monitor.h"

#include <algorithm>

namespace kasane::gdb {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

std::string Monitor::execute(std::string_view line) const {
  line = trimmed(line);
  const std::string_view word = line.substr(0, line.find_first_of(" \t"));
  const std::string arguments(trimmed(line.substr(word.size())));
  if (word.empty() || word == "help") return help();
  const auto command = std::find_if(commands_.begin(), commands_.end(),
                                    [&](const MonitorCommand& one) { return one.name == word; });
  if (command == commands_.end()) {
    return "unknown command '" + std::string(word) + "', expected one of these:\n" + help();
  }
  return command->action(arguments);
}

std::string Monitor::help() const {
  constexpr std::size_t column = 20;
  std::string text;
  for (const MonitorCommand& command : commands_) {
    std::string start =
        "monitor " + command.name + (command.arguments.empty() ? "" : " " + command.arguments);
    start.resize(std::max(start.size() + 2, std::string("monitor ").size() + column), ' ');
    text += start + command.help + "\n";
  }
  return text;
}

}  // namespace kasane::gdb
