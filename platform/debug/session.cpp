#include "platform/debug/session.h"

#include <utility>

#include "platform/debug/protocol_limits.h"
#include "platform/debug/registers.h"

namespace kasane::gdb {
namespace {

/// A client has one request under way; whoever sends so many while the chip runs is none.
constexpr std::size_t most_waiting_packets = 100;

constexpr int signal_interrupt = 2;
constexpr int signal_trap = 5;

/// "05" or "05;address" without the signal, which a bare hart has no use for.
Cursor without_signal(Cursor text) {
  text.number();
  text.take(';');
  return text;
}

}  // namespace

Session::Session(DebugPort& hart, const Monitor& monitor, std::function<void(std::string_view)> send)
    : hart_(hart), monitor_(monitor), send_(std::move(send)), points_(hart), reader_(longest_payload) {}

void Session::receive(std::string_view bytes) {
  for (Incoming& incoming : reader_.read(bytes)) {
    switch (incoming.kind) {
      case Incoming::Kind::packet:
        if (acknowledges_) send_("+");
        // From the next packet on there are no acknowledgements; this answer's own is skipped as a stray
        // byte.
        if (incoming.payload == "QStartNoAckMode") acknowledges_ = false;
        waiting_.push_back(std::move(incoming.payload));
        break;
      case Incoming::Kind::damaged:
        if (acknowledges_) send_("-");
        break;
      case Incoming::Kind::not_received:
        if (acknowledges_) send_(last_packet_);
        break;
      case Incoming::Kind::interrupt:
        interrupt();
        break;
    }
    if (waiting_.size() > most_waiting_packets) state_ = State::broken;
  }
}

void Session::interrupt() {
  if (!running_) {
    interrupts_next_ = !waiting_.empty();
    return;
  }
  interrupted_ = true;
  hart_.halt();
}

void Session::poll() {
  while (state_ == State::open && hart_.halted()) {
    if (running_) {
      report_stop();
    } else if (!waiting_.empty()) {
      const std::string payload = std::move(waiting_.front());
      waiting_.pop_front();
      if (const Reply reply = execute(Cursor(payload))) send_packet(*reply);
    } else {
      break;
    }
  }
  if (interrupts_next_ && running_) interrupt();
  if (running_ || waiting_.empty()) interrupts_next_ = false;
}

void Session::send_packet(const std::string& payload) {
  last_packet_ = frame(payload);
  send_(last_packet_);
}

void Session::print(std::string_view text) {
  if (running_) send_packet("O" + text_to_hex(text));
}

void Session::report_exit(std::uint32_t code) {
  if (!running_) return;
  const auto byte = static_cast<std::uint8_t>(code);  // all that the protocol has room for
  send_packet("W" + to_hex({&byte, 1}));
  running_ = false;
}

void Session::report_stop() {
  const bool stepped = hart_.stop_info().reason == StopReason::step;
  const std::uint64_t pc = hart_.pc();
  if (stepped && range_ && pc >= range_->first && pc < range_->second && !interrupted_) {
    hart_.step();
    return;
  }
  running_ = false;
  range_.reset();
  send_packet(stop_reply());
  interrupted_ = false;
}

std::string Session::stop_reply() const {
  const StopInfo info = hart_.stop_info();
  const auto signal = static_cast<std::uint8_t>(interrupted_ ? signal_interrupt : signal_trap);
  std::string reply = "T" + to_hex({&signal, 1}) + "thread:1;";
  if (info.reason == StopReason::breakpoint) {
    const bool hardware = points_.is_hardware(hart_.pc());
    if (hardware && knows_hwbreak_) reply += "hwbreak:;";
    if (!hardware && knows_swbreak_) reply += "swbreak:;";
  } else if (info.reason == StopReason::watchpoint) {
    reply += info.kind == WatchKind::write ? "watch:" : info.kind == WatchKind::read ? "rwatch:" : "awatch:";
    reply += number_to_hex(info.address) + ";";
  }
  // What the client would ask for next.
  for (const std::uint32_t number : {program_counter, stack_pointer, frame_pointer}) {
    reply += number_to_hex(number) + ":" + register_to_hex(read_register(hart_, number).value_or(0)) + ";";
  }
  return reply;
}

Session::Reply Session::execute(Cursor text) {
  if (text.take('?')) return stop_reply();
  if (text.take('g')) return read_all_registers();
  if (text.take('G')) return write_all_registers(text);
  if (text.take('p')) return read_one_register(text);
  if (text.take('P')) return write_one_register(text);
  if (text.take('m')) return read_memory(text);
  if (text.take('M')) return write_memory(text, false);
  if (text.take('X')) return write_memory(text, true);
  if (text.take('Z')) return change_point(text, true);
  if (text.take('z')) return change_point(text, false);
  if (text.take('c')) return resume(text);
  if (text.take('s')) return step(text);
  if (text.take('C')) return resume(without_signal(text));
  if (text.take('S')) return step(without_signal(text));
  if (text.take('H') || text.take('T')) return "OK";  // there is one thread
  if (text.take('D')) {
    state_ = State::detached;
    return "OK";
  }
  if (text.take('k')) {
    state_ = State::killed;
    return std::nullopt;
  }
  if (text.take('q')) return execute_query(text);
  if (text.take("QStartNoAckMode")) return "OK";
  if (text.take('v')) return execute_word(text);
  return "";  // not supported
}

Session::Reply Session::execute_word(Cursor text) {
  if (text.take("Cont?")) return "vCont;c;C;s;S;r";
  if (text.take("Cont")) return resume_actions(text);
  if (text.take("Kill")) {
    state_ = State::killed;
    return "OK";
  }
  return "";  // vMustReplyEmpty among them
}

Session::Reply Session::resume(Cursor text) {
  if (const auto address = text.number()) hart_.set_pc(*address);
  let_go(false);
  return std::nullopt;
}

Session::Reply Session::step(Cursor text) {
  if (const auto address = text.number()) hart_.set_pc(*address);
  let_go(true);
  return std::nullopt;
}

/// ";action[:thread];action..." with one thread: the first one counts.
Session::Reply Session::resume_actions(Cursor text) {
  if (!text.take(';')) return error_reply;
  if (text.take('c') || text.take('C')) {
    let_go(false);
  } else if (text.take('s') || text.take('S')) {
    let_go(true);
  } else if (text.take('r')) {
    const auto first = text.number();
    const auto end = text.number_after(',');
    if (!first || !end) return error_reply;
    let_go(true);
    range_ = {*first, *end};
  } else {
    return error_reply;
  }
  return std::nullopt;
}

void Session::let_go(bool one_step) {
  running_ = true;
  interrupted_ = false;
  range_.reset();
  if (one_step) {
    hart_.step();
  } else {
    hart_.resume();
  }
}

}  // namespace kasane::gdb
