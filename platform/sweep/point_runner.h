/// Runs points of a sweep, each in a process of its own, and keeps what came of them.
#pragma once

#include <chrono>
#include <deque>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "platform/sweep/child_processes.h"
#include "platform/sweep/sweep_store.h"

namespace kasane {

/// A point that is to be run.
struct PendingPoint {
  std::string fingerprint;
  std::string scenario;              ///< label; points of one scenario take about the same time
  std::vector<std::string> command;  ///< program and arguments, all but the folder for its results
};

class PointRunner {
 public:
  /// Runs `jobs` processes at a time; their folders lie in `folder` while they run.
  PointRunner(SweepStore& store, std::filesystem::path folder, std::size_t jobs,
              std::deque<PendingPoint> pending);

  /// Starts what fits, and keeps the results of what has ended; returns whether anything did.
  bool step();
  /// Ends those that run; nothing is kept of them.
  void stop() { children_.terminate(); }

  bool done() const { return pending_.empty() && running_.empty(); }
  std::size_t finished() const { return finished_; }
  std::size_t failed() const { return failed_; }
  /// Host seconds until all are done, from what points of the same scenario took; negative: nothing to go by.
  double seconds_left() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Running {
    PendingPoint point;
    std::filesystem::path folder;
    Clock::time_point begin;
  };
  struct Experience {
    double seconds = 0;
    double points = 0;
  };
  void start(PendingPoint point);
  void keep(const Running& run, int exit_code);
  double expected_seconds(const std::string& scenario) const;

  SweepStore& store_;
  std::filesystem::path folder_;
  std::size_t jobs_;
  std::deque<PendingPoint> pending_;
  std::map<pid_t, Running> running_;
  std::map<std::string, Experience> experience_;  ///< by scenario
  std::size_t started_ = 0;
  std::size_t finished_ = 0;
  std::size_t failed_ = 0;
  ChildProcesses children_;
};

}  // namespace kasane
