#include "platform/console/terminal_input.h"

#include <array>
#include <cerrno>
#include <poll.h>
#include <unistd.h>

namespace kasane {

TerminalInput::TerminalInput() {
  termios settings{};
  if (isatty(STDIN_FILENO) != 1 || tcgetattr(STDIN_FILENO, &settings) != 0) return;
  before_ = settings;
  settings.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  settings.c_iflag &= ~static_cast<tcflag_t>(ICRNL);  // Enter sends CR, as terminals did
  tcsetattr(STDIN_FILENO, TCSANOW, &settings);
}

TerminalInput::~TerminalInput() {
  if (before_) tcsetattr(STDIN_FILENO, TCSANOW, &*before_);
}

std::string TerminalInput::poll() {
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  if (!open_ || ::poll(&input, 1, 0) <= 0) return {};
  std::array<char, 256> bytes{};
  const ssize_t count = read(STDIN_FILENO, bytes.data(), bytes.size());
  if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)) open_ = false;
  return count > 0 ? std::string(bytes.data(), static_cast<std::size_t>(count)) : std::string();
}

}  // namespace kasane
