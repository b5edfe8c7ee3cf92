/// Unit sets as YAML files.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iomanip>
#include <limits>
#include <set>
#include <sstream>
#include <string>
#include <yaml-cpp/yaml.h>

#include "kasane/kernel_comp_units.h"
#include "sw/compiler/graph.h"
#include "sw/compiler/kernel_clustering/unit_set.h"

namespace kasane::compiler {
namespace {

/// 256 units of 7 x 7 take about 70 KB.
constexpr std::uintmax_t max_file_bytes = 1 << 20;

class UnitReader {
 public:
  explicit UnitReader(const std::filesystem::path& file) : file_(file) {}

  UnitSet read() const {
    const YAML::Node root = parse();
    expect_keys(root, {"units"});
    const YAML::Node list = root["units"];
    if (!list.IsSequence()) fail(list, "units: expected a list of units");
    if (list.size() > KASANE_KCU_MAX_UNITS)
      fail(list, "units: found " + std::to_string(list.size()) + " units, expected at most " +
                     std::to_string(KASANE_KCU_MAX_UNITS));
    UnitSet set;
    for (const YAML::Node& item : list) set.units.push_back(unit(item));
    return set;
  }

 private:
  YAML::Node parse() const {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(file_, error);
    if (!error && bytes > max_file_bytes)
      throw CompileError(file_.string() + ": " + std::to_string(bytes) + " bytes, expected at most " +
                         std::to_string(max_file_bytes));
    std::ifstream stream(file_);
    if (error || !stream) throw CompileError(file_.string() + ": cannot read the file");
    try {
      return YAML::Load(stream);
    } catch (const YAML::Exception& wrong) {
      fail(wrong.mark, "not valid YAML: " + wrong.msg);
    }
  }

  Unit unit(const YAML::Node& node) const {
    expect_keys(node, {"constants", "amplitude"});
    Unit unit;
    unit.amplitude = amplitude(node["amplitude"]);
    const YAML::Node rows = node["constants"];
    if (!rows.IsSequence() || !(rows.size() == 3 || rows.size() == 5 || rows.size() == 7))
      fail(rows, "constants: expected 3, 5 or 7 rows");
    unit.size = static_cast<std::uint32_t>(rows.size());
    for (const YAML::Node& row : rows) {
      if (!row.IsSequence() || row.size() != rows.size())
        fail(row, "constants: expected a row of " + std::to_string(rows.size()) + " whole numbers");
      for (const YAML::Node& element : row) unit.constants.push_back(constant(element));
    }
    if (std::ranges::all_of(unit.constants, [](std::int8_t c) { return c == 0; }))
      fail(rows, "constants: all are 0, expected at least one other");
    return unit;
  }

  std::int8_t constant(const YAML::Node& node) const {
    int value = 0;
    if (!parse_number(node, value) || value < -128 || value > 127)
      fail(node, "constants: expected a whole number in -128 ... 127" + found(node));
    return static_cast<std::int8_t>(value);
  }

  float amplitude(const YAML::Node& node) const {
    float value = 0;
    if (!parse_number(node, value) || !std::isfinite(value) || value < 0)
      fail(node, "amplitude: expected a number, at least 0" + found(node));
    return value;
  }

  template <typename Number>
  static bool parse_number(const YAML::Node& node, Number& value) {
    if (!node.IsScalar()) return false;
    const std::string& text = node.Scalar();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
  }

  static std::string found(const YAML::Node& node) {
    return node.IsScalar() ? ", got '" + node.Scalar() + "'" : "";
  }

  /// A mapping with exactly these keys, each once.
  void expect_keys(const YAML::Node& node, const std::set<std::string>& keys) const {
    if (!node.IsMap()) fail(node, "expected a mapping of keys to values");
    std::set<std::string> seen;
    for (const auto& entry : node) {
      if (!entry.first.IsScalar() || !keys.contains(entry.first.Scalar()))
        fail(entry.first, "unknown key" + found(entry.first));
      if (!seen.insert(entry.first.Scalar()).second)
        fail(entry.first, "key given twice" + found(entry.first));
    }
    for (const std::string& key : keys)
      if (!seen.contains(key)) fail(node, "key '" + key + "' is missing");
  }

  [[noreturn]] void fail(const YAML::Node& node, const std::string& message) const {
    fail(node.Mark(), message);
  }
  [[noreturn]] void fail(const YAML::Mark& mark, const std::string& message) const {
    throw CompileError(file_.string() + ":" + std::to_string(mark.line + 1) + ":" +
                       std::to_string(mark.column + 1) + ": " + message);
  }

  std::filesystem::path file_;
};

void write_unit(std::ostream& out, const Unit& unit) {
  out << "  - amplitude: " << unit.amplitude << "\n    constants:\n";
  for (std::uint32_t row = 0; row < unit.size; ++row) {
    out << "      - [";
    for (std::uint32_t column = 0; column < unit.size; ++column)
      out << (column == 0 ? "" : ", ") << std::setw(4) << int{unit.constants[row * unit.size + column]};
    out << "]\n";
  }
}

}  // namespace

void save_units(const UnitSet& set, const std::filesystem::path& file) {
  std::ostringstream text;
  text << "# Kernel Comp Units in the chip's order; amplitude: L2 norm of the kernels they stand for.\n"
       << std::setprecision(std::numeric_limits<float>::max_digits10)
       << (set.units.empty() ? "units: []\n" : "units:\n");
  for (const Unit& unit : set.units) write_unit(text, unit);
  std::ofstream stream(file, std::ios::binary);
  if (!(stream << text.str()) || !stream.flush())
    throw std::runtime_error(file.string() + ": cannot write the file");
}

UnitSet load_units(const std::filesystem::path& file) {
  return UnitReader(file).read();
}

}  // namespace kasane::compiler
