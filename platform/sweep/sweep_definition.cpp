#include "platform/sweep/sweep_definition.h"

#include <algorithm>

namespace kasane {
namespace {

/// Columns of the results that are not axes; see sweep_store.
constexpr std::string_view scenario_axis = "scenario";

SweepScenario read_scenario_entry(Section& scenarios, const std::string& label,
                                  const std::filesystem::path& source) {
  SweepScenario scenario{.label = label, .file = {}, .settings = {}};
  if (scenarios.is_mapping(label)) {
    Section entry = scenarios.section(label);
    entry.require("file");
    entry.path("file", scenario.file, source);
    scenario.settings = entry.section("set").overrides();
    entry.finish();
  } else {
    scenarios.path(label, scenario.file, source);
  }
  return scenario;
}

std::vector<SweepScenario> read_scenarios(Section section, const std::filesystem::path& source) {
  std::vector<SweepScenario> scenarios;
  for (const std::string& label : section.keys())
    scenarios.push_back(read_scenario_entry(section, label, source));
  return scenarios;
}

bool is_column_name(const std::string& name) {
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
}

SweepAxis read_axis(Section section, std::string name) {
  SweepAxis axis{.name = std::move(name), .choices = {}};
  std::string key;
  std::vector<std::string> values;
  if (section.text("key", key)) {
    section.require("values");
    section.texts("values", values);
    for (const std::string& value : values) axis.choices.push_back({value, {{key, value}}});
  } else {
    section.require("variants");
    Section variants = section.section("variants");
    for (const std::string& label : variants.keys()) {
      axis.choices.push_back({label, variants.section(label).overrides()});
    }
  }
  section.finish();
  return axis;
}

std::vector<SweepAxis> read_axes(Section section) {
  std::vector<SweepAxis> axes;
  for (const std::string& name : section.keys()) {
    if (!is_column_name(name) || name == scenario_axis)
      section.fail(name, "expected a name of small letters, digits and _, other than 'scenario'");
    axes.push_back(read_axis(section.section(name), name));
    const std::vector<SweepChoice>& choices = axes.back().choices;
    if (choices.empty()) section.fail(name, "expected at least one value");
    for (std::size_t index = 0; index < choices.size(); ++index) {
      for (std::size_t other = 0; other < index; ++other) {
        if (choices[index].label == choices[other].label)
          section.fail(name, "value '" + choices[index].label + "' is given twice");
      }
    }
  }
  return axes;
}

/// Conditions name axes and labels that exist, or a mistyped one would silently never hold.
class KnownLabels {
 public:
  explicit KnownLabels(const SweepDefinition& sweep) : sweep_(sweep) {}

  bool is_axis(const std::string& name) const {
    return std::any_of(sweep_.axes.begin(), sweep_.axes.end(),
                       [&](const SweepAxis& axis) { return axis.name == name; });
  }
  void require_axis(const Section& where, const std::string& key, const std::string& name) const {
    if (is_axis(name)) return;
    std::string known;
    for (const SweepAxis& axis : sweep_.axes) known += (known.empty() ? "" : ", ") + axis.name;
    where.fail(key, "no axis '" + name + "', expected one of " + known);
  }
  SweepCondition read(Section section) const {
    SweepCondition condition;
    for (const std::string& name : section.keys()) {
      if (name != scenario_axis) require_axis(section, name, name);
      std::vector<std::string>& labels = condition[name];
      section.one_or_more(name, labels);
      for (const std::string& label : labels) {
        if (!has_label(name, label)) section.fail(name, "the axis has no value '" + label + "'");
      }
    }
    return condition;
  }

 private:
  bool has_label(const std::string& name, const std::string& label) const {
    const auto is_it = [&](const auto& item) { return item.label == label; };
    if (name == scenario_axis) return std::any_of(sweep_.scenarios.begin(), sweep_.scenarios.end(), is_it);
    for (const SweepAxis& axis : sweep_.axes) {
      if (axis.name == name) return std::any_of(axis.choices.begin(), axis.choices.end(), is_it);
    }
    return false;
  }
  const SweepDefinition& sweep_;
};

SweepReport read_report(Section section, const KnownLabels& known) {
  SweepReport report;
  if (section.text("count", report.count)) known.require_axis(section, "count", report.count);
  if (section.text("curves", report.curves)) known.require_axis(section, "curves", report.curves);
  section.number("accuracy_loss", report.accuracy_loss, {0, 1});
  section.finish();
  return report;
}

/// Label by axis, the scenario's among them.
using PointLabels = std::map<std::string, std::string>;

/// A condition on an axis that the point has no label of does not hold.
bool holds(const SweepCondition& condition, const PointLabels& labels) {
  return std::all_of(condition.begin(), condition.end(), [&](const auto& entry) {
    const auto& [axis, allowed] = entry;
    const auto label = labels.find(axis);
    return label != labels.end() && std::find(allowed.begin(), allowed.end(), label->second) != allowed.end();
  });
}

bool any_holds(const std::vector<SweepCondition>& conditions, const PointLabels& labels) {
  return std::any_of(conditions.begin(), conditions.end(),
                     [&](const SweepCondition& condition) { return holds(condition, labels); });
}

bool is_irrelevant(const SweepDefinition& sweep, const std::string& axis, const PointLabels& labels) {
  return std::any_of(sweep.irrelevant.begin(), sweep.irrelevant.end(), [&](const IrrelevantAxes& rule) {
    return std::find(rule.axes.begin(), rule.axes.end(), axis) != rule.axes.end() && holds(rule.when, labels);
  });
}

/// The point at the given choices, or none where it is skipped or the same as an earlier one.
std::optional<SweepPoint> point_at(const SweepDefinition& sweep, const SweepScenario& scenario,
                                   const std::vector<std::size_t>& choices) {
  PointLabels labels{{std::string(scenario_axis), scenario.label}};
  for (std::size_t axis = 0; axis < sweep.axes.size(); ++axis)
    labels[sweep.axes[axis].name] = sweep.axes[axis].choices[choices[axis]].label;
  PointLabels effective = labels;
  SweepPoint point{.scenario = scenario, .labels = {}, .overrides = sweep.settings};
  point.overrides.insert(point.overrides.end(), scenario.settings.begin(), scenario.settings.end());
  for (std::size_t axis = 0; axis < sweep.axes.size(); ++axis) {
    const SweepAxis& here = sweep.axes[axis];
    if (is_irrelevant(sweep, here.name, labels)) {
      if (choices[axis] != 0) return std::nullopt;
      effective.erase(here.name);
      point.labels.emplace_back();
      continue;
    }
    const SweepChoice& choice = here.choices[choices[axis]];
    point.labels.emplace_back(choice.label);
    point.overrides.insert(point.overrides.end(), choice.overrides.begin(), choice.overrides.end());
  }
  if (any_holds(sweep.skip, effective)) return std::nullopt;
  return point;
}

/// Steps to the next combination, the last axis fastest; false after the last one.
bool advance(const SweepDefinition& sweep, std::vector<std::size_t>& choices) {
  for (std::size_t axis = choices.size(); axis-- > 0;) {
    if (++choices[axis] < sweep.axes[axis].choices.size()) return true;
    choices[axis] = 0;
  }
  return false;
}

}  // namespace

SweepDefinition read_sweep(const std::filesystem::path& file, const std::filesystem::path& source) {
  const Document document(file, {});
  Section root(document);
  SweepDefinition sweep;
  root.require("name");
  root.text("name", sweep.name);
  root.text("description", sweep.description);
  root.require("scenarios");
  sweep.scenarios = read_scenarios(root.section("scenarios"), source);
  if (sweep.scenarios.empty()) root.fail("scenarios", "expected at least one");
  sweep.settings = root.section("set").overrides();
  root.require("axes");
  sweep.axes = read_axes(root.section("axes"));
  const KnownLabels known(sweep);
  for (const Section& condition : root.list("skip")) sweep.skip.push_back(known.read(condition));
  for (Section& rule : root.list("irrelevant")) {
    rule.require("when");
    rule.require("axes");
    IrrelevantAxes irrelevant{.when = known.read(rule.section("when")), .axes = {}};
    rule.texts("axes", irrelevant.axes);
    for (const std::string& axis : irrelevant.axes) known.require_axis(rule, "axes", axis);
    rule.finish();
    sweep.irrelevant.push_back(std::move(irrelevant));
  }
  sweep.report = read_report(root.section("report"), known);
  root.finish();
  return sweep;
}

std::vector<SweepPoint> points_of(const SweepDefinition& sweep) {
  std::vector<SweepPoint> points;
  for (const SweepScenario& scenario : sweep.scenarios) {
    std::vector<std::size_t> choices(sweep.axes.size(), 0);
    do {
      if (auto point = point_at(sweep, scenario, choices)) points.push_back(std::move(*point));
    } while (advance(sweep, choices));
  }
  return points;
}

}  // namespace kasane
