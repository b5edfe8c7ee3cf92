#include "platform/trace/trace_config.h"

#include <array>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace kasane {
namespace {

constexpr std::array<std::pair<std::string_view, TraceFormat>, 5> names{{{"power", TraceFormat::power},
                                                                         {"perfetto", TraceFormat::perfetto},
                                                                         {"vcd", TraceFormat::vcd},
                                                                         {"fst", TraceFormat::fst},
                                                                         {"results", TraceFormat::results}}};

TraceFormat format_of(const std::string& word) {
  for (const auto& [name, format] : names) {
    if (word == name) return format;
  }
  throw std::invalid_argument("unknown trace '" + word +
                              "', expected all, none, or of power,perfetto,vcd,fst,results");
}

}  // namespace

std::set<TraceFormat> parse_traces(const std::string& text) {
  if (text == "all") {  // fst holds what vcd does
    return {TraceFormat::power, TraceFormat::perfetto, TraceFormat::vcd, TraceFormat::results};
  }
  if (text == "none") return {};
  std::set<TraceFormat> formats;
  std::istringstream words(text);
  for (std::string word; std::getline(words, word, ',');) formats.insert(format_of(word));
  return formats;
}

}  // namespace kasane
