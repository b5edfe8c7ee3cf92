#include "platform/console/console_script.h"

namespace kasane {

std::string_view ConsoleScript::see(char character) {
  if (finished()) return {};
  const ConsoleStep& step = steps_[next_];
  tail_ += character;
  if (tail_.size() > step.expect.size()) tail_.erase(0, 1);
  if (tail_ != step.expect) return {};
  tail_.clear();
  ++next_;
  return step.send;
}

}  // namespace kasane
