#include "models/technology/technology.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace kasane {
namespace {

constexpr double pico = 1e-12;
constexpr double micro = 1e-6;
constexpr double mm2_per_um2 = 1e-6;

void require_text(Section& row, const std::string& key, std::string& value) {
  row.require(key);
  row.text(key, value);
}

/// Node, temperature and source are the reader's to judge; the file must have them.
void require_origin(Section& section) {
  std::string text;
  require_text(section, "node", text);
  require_text(section, "source", text);
  double celsius = 0;
  section.require("temperature_celsius");
  section.number("temperature_celsius", celsius, {-55, 150});
}

void require_voltage(Section& section) {
  double volts = 0;
  section.require("voltage");
  section.volts("voltage", volts, {0.1, 5});
}

double read_positive(Section& section, const std::string& key) {
  double value = 0;
  section.require(key);
  section.number(key, value, {-1e6, 1e6});
  return value;
}

}  // namespace

const char* corner_name(Corner corner) {
  return corner == Corner::low ? "low" : corner == Corner::high ? "high" : "typical";
}

Technology::Technology(std::filesystem::path file, Corner corner) : file_(std::move(file)), corner_(corner) {}

Technology Technology::load(const TechnologyChoice& choice) {
  const Document document(choice.file, {});
  Section root(document);
  Technology technology(choice.file, choice.corner);
  require_text(root, "name", technology.name_);
  root.require("voltage");
  root.volts("voltage", technology.nominal_volts_, {0.1, 5});
  double celsius = 25;
  root.number("temperature_celsius", celsius, {-55, 150});

  Section scaling = root.section("voltage_scaling");
  technology.energy_a_ = read_positive(scaling, "a");
  technology.energy_b_ = read_positive(scaling, "b");
  technology.energy_c_ = read_positive(scaling, "c");
  std::string source;
  require_text(scaling, "source", source);
  scaling.finish();
  Section leakage = root.section("leakage_scaling");
  leakage.require("v_dibl");
  leakage.volts("v_dibl", technology.leakage_dibl_volts_, {0.01, 10});
  require_text(leakage, "source", source);
  leakage.finish();

  root.require("sram");
  technology.read_sram(root.section("sram"), choice.sram_flavour);
  root.require("figures");
  for (const Section& row : root.list("figures")) technology.add_row(row);
  root.finish();
  return technology;
}

/// `key: [typical, low, high]`, times `unit`.
std::optional<Technology::Entry> Technology::read_entry(Section& row, const std::string& key, double unit) {
  std::vector<double> values;
  if (!row.numbers(key, values)) return std::nullopt;
  if (values.size() != 3) row.fail(key, "expected three numbers, [typical, low, high]");
  const auto [typical, low, high] = std::tuple(values[0], values[1], values[2]);
  if (!(low > 0 && low <= typical && typical <= high && std::isfinite(high))) {
    row.fail(key, "expected 0 < low <= typical <= high in [typical, low, high]");
  }
  return Entry{typical * unit, low * unit, high * unit};
}

/// `key: [low, high]`, as multiples of the typical value.
Technology::Entry Technology::read_relative_bounds(Section& section, const std::string& key) {
  std::vector<double> values;
  section.require(key);
  section.numbers(key, values);
  if (values.size() != 2 ||
      !(values[0] > 0 && values[0] <= 1 && values[1] >= 1 && std::isfinite(values[1]))) {
    section.fail(key, "expected 0 < low <= 1 <= high in [low, high], relative to the table");
  }
  return {1, values[0], values[1]};
}

std::filesystem::path Technology::sram_table_of(const std::filesystem::path& file) {
  const Document document(file, {});
  Section root(document);
  root.require("sram");
  Section section = root.section("sram");
  std::filesystem::path table;
  section.require("file");
  section.path("file", table, file.parent_path());
  return table;
}

void Technology::read_sram(Section section, SramFlavour flavour) {
  std::filesystem::path table;
  section.require("file");
  section.path("file", table, file_.parent_path());
  require_origin(section);
  section.require("bounds");
  Section all_bounds = section.section("bounds");
  for (const auto& [name, each] :
       {std::pair("lstp", SramFlavour::lstp), {"lop", SramFlavour::lop}, {"hp", SramFlavour::hp}}) {
    all_bounds.require(name);
    Section bounds = all_bounds.section(name);
    require_voltage(bounds);
    const SramBounds read{.read = read_relative_bounds(bounds, "read"),
                          .write = read_relative_bounds(bounds, "write"),
                          .leakage = read_relative_bounds(bounds, "leakage")};
    bounds.finish();
    if (each == flavour) sram_bounds_ = read;
  }
  all_bounds.finish();
  section.finish();
  sram_ = SramTable::read(table, flavour);
}

void Technology::add_row(Section row) {
  std::string name;
  Row added;
  require_text(row, "name", name);
  require_text(row, "kind", added.kind);
  require_origin(row);
  require_voltage(row);
  added.joules = read_entry(row, "energy_pj", pico);
  added.leakage_watts = read_entry(row, "leakage_uw", micro);
  added.area_mm2 = read_entry(row, "area_um2", mm2_per_um2);
  row.finish();
  if (!added.joules && !added.leakage_watts && !added.area_mm2) {
    row.fail("name", "'" + name + "' has no figure: expected energy_pj, leakage_uw or area_um2");
  }
  refuse_shared_energy(row, name, added);
  if (!rows_.emplace(name, std::move(added)).second) row.fail("name", "'" + name + "' is given twice");
}

void Technology::refuse_shared_energy(const Section& row, const std::string& name, const Row& added) const {
  if (!added.joules) return;
  for (const auto& [other_name, other] : rows_) {
    if (other.joules && other.kind != added.kind && other.joules->typical == added.joules->typical) {
      std::string mistake = "'" + name + "' has the energy of '" + other_name;
      mistake += "', another kind of operation: one of the two is copied by mistake";
      row.fail("energy_pj", mistake);
    }
  }
}

Figure Technology::figure(std::string_view name, std::optional<Entry> Row::*member,
                          std::string_view what) const {
  const auto found = rows_.find(name);
  if (found == rows_.end() || !(found->second.*member)) {
    throw std::invalid_argument(file_.string() + ": no " + std::string(what) + " for '" + std::string(name) +
                                "'");
  }
  return at_corner(*(found->second.*member));
}

Figure Technology::at_corner(const Entry& entry) const {
  const double value = corner_ == Corner::low    ? entry.low
                       : corner_ == Corner::high ? entry.high
                                                 : entry.typical;
  return {value, entry.low, entry.high};
}

Figure Technology::joules(std::string_view operation) const {
  return figure(operation, &Row::joules, "energy_pj");
}

Figure Technology::leakage_watts(std::string_view component) const {
  return figure(component, &Row::leakage_watts, "leakage_uw");
}

double Technology::area_mm2(std::string_view component) const {
  return figure(component, &Row::area_mm2, "area_um2").value;
}

SramFigures Technology::sram(std::uint64_t bytes, std::uint32_t width_bits) const {
  const SramTypical typical = sram_->at(bytes, width_bits);
  return {.read_joules = at_corner(sram_bounds_.read) * typical.read_joules,
          .write_joules = at_corner(sram_bounds_.write) * typical.write_joules,
          .leakage_watts = at_corner(sram_bounds_.leakage) * typical.leakage_watts,
          .area_mm2 = typical.area_mm2,
          .cycle_seconds = typical.cycle_seconds};
}

VoltageScaling Technology::scaling() const {
  const auto polynomial = [a = energy_a_, b = energy_b_, c = energy_c_](double volts) {
    return (a * volts + b) * volts + c;
  };
  return {.dynamic = [polynomial, nominal = nominal_volts_](
                         double volts) { return polynomial(volts) / polynomial(nominal); },
          .leakage = [nominal = nominal_volts_, dibl = leakage_dibl_volts_](
                         double volts) { return volts / nominal * std::exp((volts - nominal) / dibl); }};
}

}  // namespace kasane
