/// The packets that begin with 'q': what the server can do, what the target is, and `monitor`.
#include <algorithm>

#include "platform/debug/protocol_limits.h"
#include "platform/debug/registers.h"
#include "platform/debug/session.h"

namespace kasane::gdb {

Session::Reply Session::execute_query(Cursor text) {
  if (text.take("Supported")) return supported(text);
  if (text.take("Xfer:features:read:target.xml:")) return read_features(text);
  if (text.take("Rcmd,")) return monitor_command(text);
  if (text.take("Attached")) return "1";  // the chip was there before: quitting detaches
  if (text.take("fThreadInfo")) return "m1";
  if (text.take("sThreadInfo")) return "l";
  if (text.take("ThreadExtraInfo")) return text_to_hex("hart 0");
  if (text.rest() == "C") return "QC1";
  if (text.take("Symbol")) return "OK";
  return "";
}

Session::Reply Session::supported(Cursor text) {
  knows_swbreak_ = text.rest().find("swbreak+") != std::string_view::npos;
  knows_hwbreak_ = text.rest().find("hwbreak+") != std::string_view::npos;
  return "PacketSize=" + number_to_hex(longest_payload) +
         ";QStartNoAckMode+;qXfer:features:read+;vContSupported+;swbreak+;hwbreak+";
}

Session::Reply Session::read_features(Cursor text) {
  const auto offset = text.number();
  const auto length = text.number_after(',');
  if (!offset || !length) return error_reply;
  if (*offset == 0) description_ = target_description(hart_);
  if (*offset > description_.size()) return error_reply;
  const std::uint64_t most = longest_payload / 2 - 1;  // every byte may need an escape
  const std::string part = description_.substr(*offset, std::min(*length, most));
  return (*offset + part.size() < description_.size() ? "m" : "l") + escape(part);
}

Session::Reply Session::monitor_command(Cursor text) {
  const auto line = from_hex(text.rest());
  if (!line) return error_reply;
  const std::string output = monitor_.execute({reinterpret_cast<const char*>(line->data()), line->size()});
  return output.empty() ? "OK" : text_to_hex(output);
}

}  // namespace kasane::gdb
