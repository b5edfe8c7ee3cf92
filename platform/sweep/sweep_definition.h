/// A sweep: scenarios and axes whose combinations are its points, as its YAML file describes them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/common/config/section.h"

namespace kasane {

/// One value of an axis.
struct SweepChoice {
  std::string label;  ///< what stands in the results' column
  std::vector<Override> overrides;
};

struct SweepAxis {
  std::string name;
  std::vector<SweepChoice> choices;
};

struct SweepScenario {
  std::string label;
  std::filesystem::path file;
  std::vector<Override> settings;  ///< for its points only
};

/// Labels by axis, "scenario" among them; a point matches where each named axis has one of the labels.
using SweepCondition = std::map<std::string, std::vector<std::string>>;

/// Axes without effect where a condition holds: the scenario's own value stays, and the point exists once.
struct IrrelevantAxes {
  SweepCondition when;
  std::vector<std::string> axes;
};

/// What the report draws.
struct SweepReport {
  std::string count;            ///< the axis that counts what is to be recommended; empty: no recommendation
  std::string curves;           ///< the axis whose values become curves of accuracy over replaced kernels
  double accuracy_loss = 0.01;  ///< a point this much worse than the point with count 0 still qualifies
};

struct SweepDefinition {
  std::string name;
  std::string description;
  std::vector<SweepScenario> scenarios;
  std::vector<Override> settings;  ///< for every point
  std::vector<SweepAxis> axes;
  std::vector<SweepCondition> skip;
  std::vector<IrrelevantAxes> irrelevant;
  SweepReport report;
};

/// Throws ConfigError: file, line, column, key, what was expected.
SweepDefinition read_sweep(const std::filesystem::path& file, const std::filesystem::path& source);

/// One combination.
struct SweepPoint {
  SweepScenario scenario;
  std::vector<std::optional<std::string>> labels;  ///< by axis; absent where the axis has no effect
  std::vector<Override> overrides;  ///< the sweep's settings, the scenario's, then the axes' in order
};

/// All points, the last axis running fastest, the scenario slowest; none twice.
std::vector<SweepPoint> points_of(const SweepDefinition& sweep);

}  // namespace kasane
