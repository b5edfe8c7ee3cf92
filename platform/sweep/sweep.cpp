#include "platform/sweep/sweep.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <set>
#include <thread>

#include "platform/run/interrupt_guard.h"
#include "platform/run/progress_line.h"
#include "platform/run/report.h"
#include "platform/run/run.h"
#include "platform/sweep/fingerprint.h"
#include "platform/sweep/point_runner.h"
#include "platform/sweep/sweep_definition.h"
#include "platform/sweep/sweep_store.h"
#include "platform/trace/output_file.h"

namespace kasane {
namespace {

/// How often to look whether a process has ended: short against the shortest run.
constexpr std::chrono::milliseconds poll(4);

/// The points, and what identifies their results. A point whose scenario cannot be read has its reason.
struct Plan {
  SweepDefinition sweep;
  std::vector<SweepPoint> points;
  std::vector<std::string> fingerprints;
  std::vector<std::string> unreadable;  ///< by point; empty: it can be read
};

std::vector<Override> common_overrides(const CommandLine& line) {
  std::vector<Override> overrides = line.overrides;
  if (line.images) overrides.push_back({"dataset.images", std::to_string(*line.images)});
  return overrides;
}

Plan make_plan(const CommandLine& line, const ResourceFolders& folders,
               const std::filesystem::path& program) {
  Plan plan{.sweep = read_sweep(line.subject, folders.source)};
  for (SweepScenario& scenario : plan.sweep.scenarios) {
    for (const Override& change : common_overrides(line)) scenario.settings.push_back(change);
  }
  plan.points = points_of(plan.sweep);
  if (plan.points.empty())
    throw ConfigError(line.subject.string() + ": skip leaves no point, expected at least one");
  FileHashes files;
  for (const SweepPoint& point : plan.points) {
    try {
      const Scenario scenario = read_scenario(point.scenario.file, point.overrides, folders);
      plan.fingerprints.push_back(fingerprint(scenario, point.overrides, program, files));
      plan.unreadable.emplace_back();
    } catch (const std::exception& error) {
      plan.fingerprints.push_back(std::string("unreadable: ") + error.what());
      plan.unreadable.emplace_back(error.what());
    }
  }
  const bool none = std::none_of(plan.unreadable.begin(), plan.unreadable.end(),
                                 [](const std::string& reason) { return reason.empty(); });
  if (none) throw ConfigError(plan.unreadable.front());
  return plan;
}

std::vector<std::string> command_of(const std::filesystem::path& program, const SweepPoint& point) {
  std::vector<std::string> command{
      program.string(), "run", point.scenario.file.string(), "--quiet", "--no-report", "--traces", "none"};
  for (const Override& change : point.overrides)
    command.insert(command.end(), {"--set", change.path + "=" + change.value});
  return command;
}

/// What has no results yet. Points that are the same run are run once.
std::deque<PendingPoint> pending_points(const Plan& plan, SweepStore& store,
                                        const std::filesystem::path& program) {
  std::deque<PendingPoint> pending;
  std::set<std::string> seen;
  for (std::size_t index = 0; index < plan.points.size(); ++index) {
    const std::string& fingerprint = plan.fingerprints[index];
    if (!plan.unreadable[index].empty()) {
      store.put_failure(fingerprint, plan.unreadable[index], 0);
    } else if (seen.insert(fingerprint).second && !store.has(fingerprint)) {
      const SweepPoint& point = plan.points[index];
      pending.push_back({fingerprint, point.scenario.label, command_of(program, point)});
    }
  }
  return pending;
}

std::string progress_text(const PointRunner& runner, std::size_t known, std::size_t all) {
  const std::size_t done = known + runner.finished();
  std::string text = progress_bar(static_cast<double>(done) / static_cast<double>(all)) + " " +
                     std::to_string(done) + "/" + std::to_string(all) + " points";
  if (runner.failed() > 0) text += "  " + std::to_string(runner.failed()) + " failed";
  if (const double left = runner.seconds_left(); left >= 0) text += "  " + clock_text(left) + " left";
  return text;
}

/// Returns whether all pending points were run.
bool run_points(PointRunner& runner, std::size_t known, std::size_t all, bool quiet) {
  const InterruptGuard guard;
  ProgressLine progress(quiet);
  while (!runner.done() && !InterruptGuard::interrupted()) {
    if (!runner.step()) std::this_thread::sleep_for(poll);
    progress.update([&](double) { return progress_text(runner, known, all); });
  }
  runner.stop();
  progress.clear();
  return runner.done();
}

int finish(const SweepTally& tally, bool complete, const CommandLine& line,
           const std::filesystem::path& folder) {
  if (tally.failed > 0) {
    std::fprintf(stderr, "kasane: %zu of %zu points failed, the first one: %s\n", tally.failed, tally.points,
                 tally.first_reason.c_str());
  }
  if (!complete) {
    std::fprintf(stderr, "kasane: interrupted: %zu of %zu points done; the same command goes on from there\n",
                 tally.done, tally.points);
    return exit_interrupted;
  }
  if (!line.quiet) {
    std::printf("%zu points, %zu with results\n\n  results: %s\n", tally.points, tally.done, folder.c_str());
  }
  return tally.failed > 0 ? exit_points_failed : exit_success;
}

}  // namespace

int sweep(const CommandLine& line, const ResourceFolders& folders) {
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe");
  const Plan plan = make_plan(line, folders, program);
  const std::filesystem::path folder =
      line.out.empty() ? std::filesystem::path("runs") / plan.sweep.name : line.out;
  std::filesystem::create_directories(folder);
  SweepStore store(folder / "points.sqlite");
  store.define(plan.sweep, plan.points, plan.fingerprints);

  std::deque<PendingPoint> pending = pending_points(plan, store, program);
  const std::size_t known = plan.points.size() - pending.size();
  const std::filesystem::path scratch = folder / "running";
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  PointRunner runner(store, scratch, line.jobs.value_or(cores), std::move(pending));
  const bool complete = run_points(runner, known, plan.points.size(), line.quiet);
  std::filesystem::remove_all(scratch);

  write_file_atomically(folder / "points.csv", store.csv());
  if (line.report && complete) draw_report(folder, folders);
  return finish(store.tally(), complete, line, folder);
}

}  // namespace kasane
