#include "platform/check/ledger.h"

#include <boost/json/parse.hpp>
#include <cmath>
#include <fstream>
#include <iterator>

#include "platform/check/findings.h"

namespace kasane::checks {
namespace {

const boost::json::value& member(const boost::json::object& object, std::string_view key,
                                 const std::string& where) {
  const boost::json::value* value = object.if_contains(key);
  if (value == nullptr) throw CannotRead(where + ": expected a key " + std::string(key));
  return *value;
}

[[noreturn]] void refuse(const std::string& where, std::string_view key, const std::string& expected) {
  throw CannotRead(where + ": " + std::string(key) + ": expected " + expected);
}

Ledger::Block read_block(std::string_view name, const boost::json::value& value) {
  const std::string where = "summary.json: blocks." + std::string(name);
  const boost::json::object& energy = object_of(as_object(value, where), "energy_joules", where);
  return {std::string(name), number_of(energy, "dynamic", where + ".energy_joules"),
          number_of(energy, "leakage", where + ".energy_joules")};
}

Ledger::Peak read_peak(const boost::json::value& value) {
  const std::string where = "summary.json: peak_power";
  const boost::json::object& peak = as_object(value, where);
  return {std::llround(number_of(peak, "window_seconds", where) * 1e9), number_of(peak, "watts", where),
          std::llround(number_of(peak, "begin_seconds", where) * 1e12)};
}

}  // namespace

double number_of(const boost::json::object& object, std::string_view key, const std::string& where) {
  const boost::json::value& value = member(object, key, where);
  if (!value.is_number()) refuse(where, key, "a number");
  return value.to_number<double>();
}

std::string_view text_of(const boost::json::object& object, std::string_view key, const std::string& where) {
  const boost::json::value& value = member(object, key, where);
  if (!value.is_string()) refuse(where, key, "a text");
  return value.get_string();
}

const boost::json::object& object_of(const boost::json::object& object, std::string_view key,
                                     const std::string& where) {
  const boost::json::value& value = member(object, key, where);
  if (!value.is_object()) refuse(where, key, "an object");
  return value.get_object();
}

const boost::json::array& list_of(const boost::json::object& object, std::string_view key,
                                  const std::string& where) {
  const boost::json::value& value = member(object, key, where);
  if (!value.is_array()) refuse(where, key, "a list");
  return value.get_array();
}

const boost::json::object& as_object(const boost::json::value& value, const std::string& where) {
  if (!value.is_object()) throw CannotRead(where + ": expected an object");
  return value.get_object();
}

const Ledger::Block* Ledger::block(std::string_view name) const {
  for (const Block& block : blocks) {
    if (block.name == name) return &block;
  }
  return nullptr;
}

std::int64_t Ledger::end_ns() const {
  return std::llround(static_cast<long double>(simulated_seconds) * 1e12L) / 1000;
}

Ledger read_ledger(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw CannotRead(path.string() + ": cannot be opened");
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  boost::json::error_code error;
  const boost::json::value value = boost::json::parse(content, error);
  if (error) throw CannotRead(path.string() + ": not JSON: " + error.message());

  Ledger ledger;
  ledger.document = as_object(value, "summary.json");
  ledger.simulated_seconds = number_of(ledger.document, "simulated_seconds", "summary.json");
  for (const auto& [name, block] : object_of(ledger.document, "blocks", "summary.json")) {
    ledger.blocks.push_back(read_block(name, block));
  }
  if (ledger.document.contains("peak_power")) {
    for (const boost::json::value& peak : list_of(ledger.document, "peak_power", "summary.json")) {
      ledger.peaks.push_back(read_peak(peak));
    }
  }
  return ledger;
}

}  // namespace kasane::checks
