#include "models/technology/technology.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace kasane {
namespace {

constexpr double pico = 1e-12;
constexpr double micro = 1e-6;
constexpr double mm2_per_um2 = 1e-6;

/// `key: [typical, low, high]`, times `unit`.
std::optional<Figure> read_figure(Section& row, const std::string& key, double unit) {
  std::vector<double> values;
  if (!row.numbers(key, values)) return std::nullopt;
  if (values.size() != 3) row.fail(key, "expected three numbers, [typical, low, high]");
  const auto [typical, low, high] = std::tuple(values[0], values[1], values[2]);
  if (!(low > 0 && low <= typical && typical <= high && std::isfinite(high))) {
    row.fail(key, "expected 0 < low <= typical <= high in [typical, low, high]");
  }
  return Figure{typical * unit, low * unit, high * unit};
}

void require_text(Section& row, const std::string& key, std::string& value) {
  row.require(key);
  row.text(key, value);
}

double read_positive(Section& section, const std::string& key) {
  double value = 0;
  section.require(key);
  section.number(key, value, {-1e6, 1e6});
  return value;
}

}  // namespace

Technology::Technology(std::filesystem::path file, Corner corner, SramTable sram)
    : file_(std::move(file)), corner_(corner), sram_(std::move(sram)) {}

Technology Technology::load(const TechnologyChoice& choice) {
  const Document document(choice.file, {});
  Section root(document);
  std::filesystem::path sram_file;
  root.require("sram");
  root.path("sram", sram_file, choice.file.parent_path());
  Technology technology(choice.file, choice.corner, SramTable::read(sram_file, choice.sram_flavour));
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

  root.require("figures");
  for (const Section& row : root.list("figures")) technology.add_row(row);
  root.finish();
  return technology;
}

void Technology::add_row(Section row) {
  std::string name;
  std::string text;
  Row added;
  require_text(row, "name", name);
  require_text(row, "kind", added.kind);
  require_text(row, "node", text);
  require_text(row, "source", text);
  double volts = 0;
  row.require("voltage");
  row.volts("voltage", volts, {0.1, 5});
  double celsius = 0;
  row.require("temperature_celsius");
  row.number("temperature_celsius", celsius, {-55, 150});
  added.joules = read_figure(row, "energy_pj", pico);
  added.leakage_watts = read_figure(row, "leakage_uw", micro);
  added.area_mm2 = read_figure(row, "area_um2", mm2_per_um2);
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
      row.fail("energy_pj", "'" + name + "' has the energy of '" + other_name +
                                "', another kind of operation: one of the two is copied by mistake");
    }
  }
}

double Technology::figure(std::string_view name, std::optional<Figure> Row::*member,
                          std::string_view what) const {
  const auto found = rows_.find(name);
  if (found == rows_.end() || !(found->second.*member)) {
    throw std::invalid_argument(file_.string() + ": no " + std::string(what) + " for '" + std::string(name) +
                                "'");
  }
  const Figure& value = *(found->second.*member);
  switch (corner_) {
    case Corner::low:
      return value.low;
    case Corner::typical:
      return value.typical;
    case Corner::high:
      return value.high;
  }
  return value.typical;
}

double Technology::joules(std::string_view operation) const {
  return figure(operation, &Row::joules, "energy_pj");
}

double Technology::leakage_watts(std::string_view component) const {
  return figure(component, &Row::leakage_watts, "leakage_uw");
}

double Technology::area_mm2(std::string_view component) const {
  return figure(component, &Row::area_mm2, "area_um2");
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
