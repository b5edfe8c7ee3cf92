#include "platform/console/uart_peer.h"

#include <algorithm>

namespace kasane {

void UartPeer::attach(Uart& uart, Console& console) {
  uart_ = &uart;
  console_ = &console;
}

void UartPeer::see(char character) {
  console_->put(character);
  if (!inputs_.empty()) sent_ += character;
  const std::string_view answer = script_.see(character);
  if (!answer.empty()) uart_->line_in(answer);
  if (!script_.ends() || ended_) return;
  ended_ = true;
  observer_.on_exit(0);
  sc_core::sc_stop();
}

void UartPeer::poll() {
  console_->show();
  for (const auto& input : inputs_) {
    input->sent(sent_);
    const std::string typed = input->poll();
    if (!typed.empty()) uart_->line_in(typed);
  }
  sent_.clear();
}

bool UartPeer::open() const {
  return std::any_of(inputs_.begin(), inputs_.end(), [](const auto& input) { return input->open(); });
}

}  // namespace kasane
