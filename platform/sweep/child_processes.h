/// Programs that run beside this one, and end with it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace kasane {

class ChildProcesses {
 public:
  struct Ended {
    pid_t child;
    int exit_code;  ///< 128 + the signal's number where a signal ended it
  };

  ChildProcesses() = default;
  /// Ends those that still run.
  ~ChildProcesses();
  ChildProcesses(const ChildProcesses&) = delete;
  ChildProcesses& operator=(const ChildProcesses&) = delete;

  /// Starts a program; what it prints is dropped, its errors go to a file. The kernel ends it when this
  /// program dies, however that happens. Throws std::system_error.
  pid_t start(const std::vector<std::string>& command, const std::filesystem::path& errors);
  /// One that has ended since; does not wait.
  std::optional<Ended> collect();
  std::size_t running() const { return running_.size(); }
  /// Asks all to end (SIGTERM), and waits until they have.
  void terminate();

 private:
  std::vector<pid_t> running_;
};

}  // namespace kasane
