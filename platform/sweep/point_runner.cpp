#include "platform/sweep/point_runner.h"

#include <fstream>
#include <utility>

#include "platform/trace/run_paths.h"

namespace kasane {
namespace {

std::filesystem::path errors_of(const std::filesystem::path& folder) {
  return folder / "errors.txt";
}

/// Why a run failed: the last thing it said, or how it ended.
std::string reason_of(const std::filesystem::path& errors, int exit_code) {
  std::ifstream stream(errors);
  std::string last;
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty()) last = line;
  }
  constexpr std::string_view program = "kasane: ";
  if (last.starts_with(program)) last.erase(0, program.size());
  if (exit_code > 128)
    return "ended by signal " + std::to_string(exit_code - 128) + (last.empty() ? "" : ": " + last);
  return last.empty() ? "ended with exit code " + std::to_string(exit_code) : last;
}

}  // namespace

PointRunner::PointRunner(SweepStore& store, std::filesystem::path folder, std::size_t jobs,
                         std::deque<PendingPoint> pending)
    : store_(store), folder_(std::move(folder)), jobs_(jobs), pending_(std::move(pending)) {}

bool PointRunner::step() {
  while (running_.size() < jobs_ && !pending_.empty()) {
    PendingPoint next = std::move(pending_.front());
    pending_.pop_front();
    start(std::move(next));
  }
  const auto ended = children_.collect();
  if (!ended) return false;
  const auto run = running_.extract(ended->child);
  keep(run.mapped(), ended->exit_code);
  std::filesystem::remove_all(run.mapped().folder);
  return true;
}

void PointRunner::start(PendingPoint point) {
  const std::filesystem::path folder = folder_ / std::to_string(started_++);
  std::filesystem::create_directories(folder);
  std::vector<std::string> command = point.command;
  command.insert(command.end(), {"--out", folder.string()});
  const pid_t child = children_.start(command, errors_of(folder));
  running_[child] = {std::move(point), folder, Clock::now()};
}

void PointRunner::keep(const Running& run, int exit_code) {
  const double seconds = std::chrono::duration<double>(Clock::now() - run.begin).count();
  ++finished_;
  Experience& experience = experience_[run.point.scenario];
  experience.seconds += seconds;
  experience.points += 1;
  std::string reason;
  if (exit_code == 0) {
    try {
      store_.put(run.point.fingerprint, read_metrics(RunPaths{run.folder}.summary()), seconds);
      return;
    } catch (const DatabaseError&) {
      throw;
    } catch (const std::runtime_error& error) {
      reason = error.what();
    }
  } else {
    reason = reason_of(errors_of(run.folder), exit_code);
  }
  ++failed_;
  store_.put_failure(run.point.fingerprint, reason, seconds);
}

double PointRunner::expected_seconds(const std::string& scenario) const {
  const auto known = experience_.find(scenario);
  if (known != experience_.end()) return known->second.seconds / known->second.points;
  Experience all;
  for (const auto& [name, experience] : experience_) {
    all.seconds += experience.seconds;
    all.points += experience.points;
  }
  return all.seconds / all.points;
}

double PointRunner::seconds_left() const {
  if (experience_.empty()) return -1;
  double seconds = 0;
  for (const PendingPoint& point : pending_) seconds += expected_seconds(point.scenario);
  // Those that run are half done, on the average.
  for (const auto& [child, run] : running_) seconds += expected_seconds(run.point.scenario) / 2;
  return seconds / static_cast<double>(jobs_);
}

}  // namespace kasane
