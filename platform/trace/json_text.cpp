#include "platform/trace/json_text.h"

#include <boost/json.hpp>

#include "platform/trace/number_text.h"

namespace kasane {
namespace {

namespace json = boost::json;

void append(std::string& text, const json::value& value, std::size_t indent);

template <typename Container, typename AppendItem>
void append_items(std::string& text, const Container& items, std::size_t indent, char open, char close,
                  AppendItem append_item) {
  text += open;
  const char* separator = "\n";
  for (const auto& item : items) {
    text += separator;
    text.append(indent + 2, ' ');
    append_item(item);
    separator = ",\n";
  }
  if (!items.empty()) {
    text += '\n';
    text.append(indent, ' ');
  }
  text += close;
}

void append(std::string& text, const json::value& value, std::size_t indent) {
  if (const json::object* object = value.if_object()) {
    append_items(text, *object, indent, '{', '}', [&](const json::key_value_pair& item) {
      text += json::serialize(json::string(item.key())) + ": ";
      append(text, item.value(), indent + 2);
    });
  } else if (const json::array* array = value.if_array()) {
    append_items(text, *array, indent, '[', ']',
                 [&](const json::value& item) { append(text, item, indent + 2); });
  } else if (const double* number = value.if_double()) {
    append_number(text, *number);
  } else {
    text += json::serialize(value);
  }
}

}  // namespace

std::string json_text(const json::value& value) {
  std::string text;
  append(text, value, 0);
  text += '\n';
  return text;
}

}  // namespace kasane
