#include "platform/trace/instructions/instruction_selection.h"

#include <charconv>
#include <sstream>
#include <stdexcept>

#include "models/common/config/quantity.h"

namespace kasane {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::invalid_argument(what +
                              ", expected all, a window such as 10us..20us, a function such as convolve or "
                              "convolve#3 for its third call, or window,function");
}

std::uint64_t parse_time(const std::string& text) {
  try {
    return parse_whole_quantity(text, Dimension::time);
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument("'" + text + "': " + error.what());
  }
}

void read_window(const std::string& word, std::size_t dots, InstructionSelection& selection) {
  const std::string begin = word.substr(0, dots);
  const std::string end = word.substr(dots + 2);
  if (!begin.empty()) selection.begin = parse_time(begin);
  if (!end.empty()) selection.end = parse_time(end);
  if (selection.begin >= selection.end) fail("the window '" + word + "' is empty");
}

void read_function(const std::string& word, InstructionSelection& selection) {
  const std::size_t mark = word.find('#');
  selection.function = word.substr(0, mark);
  if (selection.function.empty() || (word[0] >= '0' && word[0] <= '9'))
    fail("'" + word + "' names no function");
  if (mark == std::string::npos) return;
  const char* last = word.data() + word.size();
  const auto [end, error] = std::from_chars(word.data() + mark + 1, last, selection.call);
  if (error != std::errc() || end != last || selection.call == 0)
    fail("'" + word + "' has no number of a call");
}

}  // namespace

InstructionSelection parse_instruction_selection(const std::string& text) {
  InstructionSelection selection{.text = text};
  if (text == "all") return selection;
  bool has_window = false;
  std::istringstream words(text);
  for (std::string word; std::getline(words, word, ',');) {
    const std::size_t dots = word.find("..");
    if (dots != std::string::npos) {
      if (has_window) fail("'" + text + "' has two windows");
      has_window = true;
      read_window(word, dots, selection);
    } else {
      if (!selection.function.empty()) fail("'" + text + "' has two functions");
      read_function(word, selection);
    }
  }
  if (!has_window && selection.function.empty()) fail("nothing is selected by '" + text + "'");
  return selection;
}

}  // namespace kasane
