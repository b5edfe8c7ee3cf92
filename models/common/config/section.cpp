#include "models/common/config/section.h"

#include <charconv>
#include <fstream>
#include <sstream>

namespace kasane {
namespace {

std::string read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  if (std::filesystem::is_directory(file) || !stream || !(text << stream.rdbuf())) {
    throw ConfigError(file.string() + ": cannot read the file");
  }
  return text.str();
}

std::string at(const std::filesystem::path& file, const YAML::Mark& mark) {
  return file.string() + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1) + ": ";
}

/// yaml-cpp keeps the first of two equal keys silently; a typing mistake must not pass like that.
void refuse_duplicates(const std::filesystem::path& file, const YAML::Node& node) {
  if (node.IsSequence()) {
    for (const YAML::Node& item : node) refuse_duplicates(file, item);
  }
  if (!node.IsMap()) return;
  std::set<std::string> keys;
  for (const auto& entry : node) {
    if (!entry.first.IsScalar()) throw ConfigError(at(file, entry.first.Mark()) + "expected a plain key");
    if (!keys.insert(entry.first.Scalar()).second) {
      throw ConfigError(at(file, entry.first.Mark()) + "key '" + entry.first.Scalar() + "' is given twice");
    }
    refuse_duplicates(file, entry.second);
  }
}

bool parse_number(const std::string& text, double& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

template <typename T>
std::string bounds(Range<T> range) {
  std::ostringstream text;
  text << range.low << " ... " << range.high;
  return text.str();
}

}  // namespace

Document::Document(const std::filesystem::path& file, const std::vector<Override>& overrides) : file_(file) {
  try {
    root_ = YAML::Load(read_file(file));
  } catch (const YAML::Exception& error) {
    throw ConfigError(at(file, error.mark) + "not valid YAML: " + error.msg);
  }
  if (!root_.IsMap()) throw ConfigError(file.string() + ":1:1: expected a mapping of keys to values");
  refuse_duplicates(file, root_);
  for (const Override& change : overrides) apply(change);
}

void Document::apply(const Override& change) {
  YAML::Node node;
  node.reset(root_);
  std::size_t begin = 0;
  for (;;) {
    const std::size_t dot = change.path.find('.', begin);
    const std::string key = change.path.substr(begin, dot == std::string::npos ? dot : dot - begin);
    if (key.empty() || !(node.IsMap() || node.IsNull())) {
      throw ConfigError("--set " + change.path + ": no such place in " + file_.string() +
                        ", expected a.b=value");
    }
    if (dot == std::string::npos) {
      try {
        node[key] = YAML::Load(change.value);
      } catch (const YAML::Exception& error) {
        throw ConfigError("--set " + change.path + ": not valid YAML: " + error.msg);
      }
      overridden_.insert(change.path);
      return;
    }
    if (!node[key]) {
      throw ConfigError("--set " + change.path + ": " + file_.string() + " has no '" +
                        change.path.substr(0, dot) + "'");
    }
    node.reset(node[key]);
    begin = dot + 1;
  }
}

void Document::fail(const YAML::Node& node, const std::string& path, const std::string& message) const {
  for (const std::string& changed : overridden_) {
    if (path == changed || path.starts_with(changed + ".") || path.starts_with(changed + "[")) {
      throw ConfigError("--set " + path + ": " + message);
    }
  }
  throw ConfigError(at(file_, node.Mark()) + path + ": " + message);
}

Section::Section(const Document& document) : Section(document, document.root(), "") {}

Section::Section(const Document& document, YAML::Node node, std::string path)
    : document_(&document), node_(std::move(node)), path_(std::move(path)) {}

bool Section::has(const std::string& key) const {
  return node_.IsMap() && node_[key].IsDefined();
}

bool Section::is_mapping(const std::string& key) const {
  return has(key) && node_[key].IsMap();
}

YAML::Node Section::find(const std::string& key) {
  asked_.insert(key);
  return has(key) ? node_[key] : YAML::Node(YAML::NodeType::Undefined);
}

void Section::fail(const std::string& key, const std::string& message) const {
  document_->fail(has(key) ? node_[key] : node_, path_of(key), message);
}

void Section::require(const std::string& key) const {
  if (!has(key)) fail(key, "missing");
}

Section Section::section(const std::string& key) {
  YAML::Node child = find(key);
  if (!child.IsDefined() || child.IsNull())
    return {*document_, YAML::Node(YAML::NodeType::Map), path_of(key)};
  if (!child.IsMap()) fail(key, "expected a mapping of keys to values");
  return {*document_, child, path_of(key)};
}

std::vector<Section> Section::list(const std::string& key) {
  std::vector<Section> items;
  const YAML::Node child = find(key);
  if (!child.IsDefined()) return items;
  if (!child.IsSequence()) fail(key, "expected a list of mappings");
  for (std::size_t index = 0; index < child.size(); ++index) {
    const std::string path = path_of(key) + "[" + std::to_string(index) + "]";
    if (!child[index].IsMap()) document_->fail(child[index], path, "expected a mapping of keys to values");
    items.push_back({*document_, child[index], path});
  }
  return items;
}

bool Section::scalar(const std::string& key, std::string& value, const std::string& expected) {
  const YAML::Node child = find(key);
  if (!child.IsDefined()) return false;
  if (!child.IsScalar()) fail(key, "expected " + expected);
  value = child.Scalar();
  return true;
}

bool Section::whole(const std::string& key, std::uint64_t& value, Range<std::uint64_t> range) {
  std::string text;
  const std::string expected = "a whole number in " + bounds(range);
  if (!scalar(key, text, expected)) return false;
  std::uint64_t parsed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parsed);
  if (error != std::errc{} || end != text.data() + text.size() || parsed < range.low || parsed > range.high) {
    fail(key, "expected " + expected + ", got '" + text + "'");
  }
  value = parsed;
  return true;
}

bool Section::integer(const std::string& key, std::uint64_t& value, Range<std::uint64_t> range) {
  return whole(key, value, range);
}

bool Section::integer(const std::string& key, std::uint32_t& value, Range<std::uint32_t> range) {
  std::uint64_t wide = 0;
  if (!whole(key, wide, {range.low, range.high})) return false;
  value = static_cast<std::uint32_t>(wide);
  return true;
}

bool Section::number(const std::string& key, double& value, Range<double> range) {
  std::string text;
  const std::string expected = "a number in " + bounds(range);
  if (!scalar(key, text, expected)) return false;
  double parsed = 0;
  if (!parse_number(text, parsed) || !(parsed >= range.low && parsed <= range.high)) {
    fail(key, "expected " + expected + ", got '" + text + "'");
  }
  value = parsed;
  return true;
}

bool Section::text(const std::string& key, std::string& value) {
  std::string read;
  if (!scalar(key, read, "a text")) return false;
  if (read.empty()) fail(key, "expected a text, got nothing");
  value = read;
  return true;
}

bool Section::boolean(const std::string& key, bool& value) {
  std::string word;
  if (!scalar(key, word, "true or false")) return false;
  if (word != "true" && word != "false") fail(key, "expected true or false, got '" + word + "'");
  value = word == "true";
  return true;
}

bool Section::quantity(const std::string& key, std::uint64_t& value, Dimension dimension,
                       Range<std::uint64_t> range) {
  std::string text;
  if (!scalar(key, text, "a number with its unit")) return false;
  try {
    value = parse_whole_quantity(text, dimension);
  } catch (const std::invalid_argument& error) {
    fail(key, error.what());
  }
  if (value < range.low || value > range.high) fail(key, "'" + text + "' is outside " + bounds(range));
  return true;
}

bool Section::bytes(const std::string& key, std::uint64_t& value, Range<std::uint64_t> range) {
  return quantity(key, value, Dimension::bytes, range);
}

bool Section::bytes(const std::string& key, std::uint32_t& value, Range<std::uint32_t> range) {
  std::uint64_t wide = 0;
  if (!quantity(key, wide, Dimension::bytes, {range.low, range.high})) return false;
  value = static_cast<std::uint32_t>(wide);
  return true;
}

bool Section::hertz(const std::string& key, std::uint64_t& value) {
  // One cycle must last at least a picosecond, the simulation's resolution.
  return quantity(key, value, Dimension::frequency, {1, 1'000'000'000'000});
}

bool Section::volts(const std::string& key, double& value, Range<double> range) {
  std::string text;
  if (!scalar(key, text, "a voltage such as 0.9 V")) return false;
  try {
    value = parse_quantity(text, Dimension::voltage);
  } catch (const std::invalid_argument& error) {
    fail(key, error.what());
  }
  if (!(value >= range.low && value <= range.high))
    fail(key, "'" + text + "' is outside " + bounds(range) + " V");
  return true;
}

bool Section::time(const std::string& key, sc_core::sc_time& value) {
  std::uint64_t picoseconds = 0;
  if (!quantity(key, picoseconds, Dimension::time, {})) return false;
  value = sc_core::sc_time::from_value(picoseconds);
  return true;
}

template <typename T, typename Convert>
bool Section::sequence(const std::string& key, std::vector<T>& value, const std::string& expected,
                       Convert convert) {
  const YAML::Node child = find(key);
  if (!child.IsDefined()) return false;
  if (!child.IsSequence()) fail(key, "expected a list of " + expected);
  std::vector<T> read;
  for (const YAML::Node& item : child) {
    T element{};
    if (!item.IsScalar() || !convert(item.Scalar(), element)) {
      document_->fail(item, path_of(key), "expected a list of " + expected);
    }
    read.push_back(std::move(element));
  }
  value = std::move(read);
  return true;
}

bool Section::numbers(const std::string& key, std::vector<double>& value) {
  return sequence(key, value, "numbers", parse_number);
}

bool Section::texts(const std::string& key, std::vector<std::string>& value) {
  return sequence(key, value, "texts", [](const std::string& text, std::string& element) {
    element = text;
    return true;
  });
}

std::vector<std::string> Section::keys() {
  std::vector<std::string> names;
  for (const auto& entry : node_) {
    names.push_back(entry.first.Scalar());
    asked_.insert(names.back());
  }
  return names;
}

std::vector<Override> Section::overrides() {
  std::vector<Override> changes;
  for (const std::string& key : keys()) {
    const YAML::Node value = node_[key];
    if (value.IsScalar()) {
      changes.push_back({key, value.Scalar()});
      continue;
    }
    YAML::Emitter text;
    text << YAML::Flow << value;
    changes.push_back({key, text.c_str()});
  }
  return changes;
}

bool Section::one_or_more(const std::string& key, std::vector<std::string>& value) {
  if (has(key) && !node_[key].IsScalar()) return texts(key, value);
  std::string single;
  if (!text(key, single)) return false;
  value = {single};
  return true;
}

bool Section::path(const std::string& key, std::filesystem::path& value, const std::filesystem::path& root) {
  std::string text;
  if (!this->text(key, text)) return false;
  const std::filesystem::path given = text;
  const std::filesystem::path beside = document_->file().parent_path() / given;
  value = given.is_absolute() ? given : std::filesystem::exists(beside) ? beside : root / given;
  return true;
}

void Section::finish() const {
  for (const auto& entry : node_) {
    const std::string key = entry.first.Scalar();
    if (asked_.contains(key)) continue;
    std::string known;
    for (const std::string& name : asked_) known += (known.empty() ? "" : ", ") + name;
    document_->fail(entry.first, path_of(key), "unknown key; known here: " + known);
  }
}

}  // namespace kasane
