/// Strict reading of a YAML mapping into typed values: every key is known, every value has the right kind,
/// every mistake is one line with file, line, column and path.
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <limits>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <yaml-cpp/yaml.h>

#include <systemc>

#include "models/common/config/quantity.h"

namespace kasane {

/// A configuration file that cannot be used; what() is the whole line for the user.
class ConfigError : public std::runtime_error {
  using runtime_error::runtime_error;
};

/// `a.b.c=value`, as given on the command line.
struct Override {
  std::string path;
  std::string value;
};

/// A YAML document with overrides applied.
class Document {
 public:
  /// Throws ConfigError if the file cannot be read, is no YAML mapping, or an override is malformed.
  Document(const std::filesystem::path& file, const std::vector<Override>& overrides);

  const YAML::Node& root() const { return root_; }
  const std::filesystem::path& file() const { return file_; }
  /// "file:line:column: path: message", or "--set path: message" where the value came from there.
  [[noreturn]] void fail(const YAML::Node& node, const std::string& path, const std::string& message) const;

 private:
  void apply(const Override& change);

  std::filesystem::path file_;
  YAML::Node root_;
  std::set<std::string> overridden_;
};

template <typename T>
struct Range {
  T low = std::numeric_limits<T>::lowest();
  T high = std::numeric_limits<T>::max();
};

/// One mapping of the document. The readers leave `value` alone where the key is absent, and return whether
/// it was there. After all keys were read, finish() refuses the ones nobody asked for.
class Section {
 public:
  explicit Section(const Document& document);

  Section section(const std::string& key);
  bool has(const std::string& key) const;
  /// Whether the key is there and holds a mapping.
  bool is_mapping(const std::string& key) const;
  /// Fails unless the key is there.
  void require(const std::string& key) const;

  bool integer(const std::string& key, std::uint32_t& value, Range<std::uint32_t> range);
  bool integer(const std::string& key, std::uint64_t& value, Range<std::uint64_t> range);
  bool number(const std::string& key, double& value, Range<double> range);
  bool text(const std::string& key, std::string& value);
  bool boolean(const std::string& key, bool& value);
  bool bytes(const std::string& key, std::uint64_t& value, Range<std::uint64_t> range);
  bool bytes(const std::string& key, std::uint32_t& value, Range<std::uint32_t> range);
  bool hertz(const std::string& key, std::uint64_t& value);
  bool volts(const std::string& key, double& value, Range<double> range);
  bool time(const std::string& key, sc_core::sc_time& value);
  bool numbers(const std::string& key, std::vector<double>& value);
  bool texts(const std::string& key, std::vector<std::string>& value);
  /// A path: relative ones are taken from the file's folder first, then from `root`.
  bool path(const std::string& key, std::filesystem::path& value, const std::filesystem::path& root);
  /// The mappings of a list.
  std::vector<Section> list(const std::string& key);

  /// The keys of this mapping in the file's order. They count as asked for: for mappings whose keys are
  /// names.
  std::vector<std::string> keys();
  /// Every key of this mapping, read as a path of another document, with its value as YAML text.
  std::vector<Override> overrides();
  /// As texts(), but a single text stands for a list of one.
  bool one_or_more(const std::string& key, std::vector<std::string>& value);

  template <typename Enum>
  bool choice(const std::string& key, Enum& value,
              std::initializer_list<std::pair<std::string_view, Enum>> choices) {
    std::string word;
    if (!text(key, word)) return false;
    std::string known;
    for (const auto& [name, meaning] : choices) {
      if (word == name) {
        value = meaning;
        return true;
      }
      known += (known.empty() ? "" : ", ") + std::string(name);
    }
    fail(key, "expected one of " + known + ", got '" + word + "'");
  }

  void finish() const;
  [[noreturn]] void fail(const std::string& key, const std::string& message) const;

 private:
  Section(const Document& document, YAML::Node node, std::string path);
  YAML::Node find(const std::string& key);
  template <typename T, typename Convert>
  bool sequence(const std::string& key, std::vector<T>& value, const std::string& expected, Convert convert);
  bool scalar(const std::string& key, std::string& value, const std::string& expected);
  std::string path_of(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }
  bool whole(const std::string& key, std::uint64_t& value, Range<std::uint64_t> range);
  bool quantity(const std::string& key, std::uint64_t& value, Dimension dimension,
                Range<std::uint64_t> range);

  const Document* document_;
  YAML::Node node_;
  std::string path_;
  std::set<std::string> asked_;
};

}  // namespace kasane
