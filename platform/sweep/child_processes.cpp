#include "platform/sweep/child_processes.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace kasane {
namespace {

constexpr int exit_no_program = 127;  // as a shell says it

/// Runs in the child, between fork and exec: calls nothing that allocates.
[[noreturn]] void become(char* const* arguments, const char* errors, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(exit_no_program);  // it died before the line above
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  const int log = open(errors, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (nothing < 0 || log < 0) _exit(exit_no_program);
  dup2(nothing, STDIN_FILENO);
  dup2(nothing, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  execv(arguments[0], arguments);
  _exit(exit_no_program);
}

int exit_code_of(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

pid_t ChildProcesses::start(const std::vector<std::string>& command, const std::filesystem::path& errors) {
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "cannot start " + command.front());
  if (child == 0) become(arguments.data(), errors.c_str(), parent);
  running_.push_back(child);
  return child;
}

std::optional<ChildProcesses::Ended> ChildProcesses::collect() {
  for (const pid_t child : running_) {
    int status = 0;
    if (waitpid(child, &status, WNOHANG) != child) continue;
    std::erase(running_, child);
    return Ended{child, exit_code_of(status)};
  }
  return std::nullopt;
}

void ChildProcesses::terminate() {
  for (const pid_t child : running_) kill(child, SIGTERM);
  for (const pid_t child : running_) {
    while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  running_.clear();
}

ChildProcesses::~ChildProcesses() {
  terminate();
}

}  // namespace kasane
