/// JSON as people like to read it: one key a line, indented by two, keys in the order they were put in.
#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace kasane {

/// The text ends with a newline. Numbers are the shortest that read back equal.
std::string json_text(const boost::json::value& value);

}  // namespace kasane
