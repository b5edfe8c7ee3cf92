#include "platform/trace/outside_program.h"

#include <cerrno>
#include <cstring>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kasane {

ProgramEnd run_outside_program(const std::vector<std::string>& command) {
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int error = posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ);
  if (error != 0) return {.failure = command[0] + ": " + std::strerror(error)};
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {.started = true, .good = true};
  const std::string how = WIFEXITED(status) ? " ended with code " + std::to_string(WEXITSTATUS(status))
                                            : " was stopped by signal " + std::to_string(WTERMSIG(status));
  return {.started = true, .good = false, .failure = command[0] + how};
}

}  // namespace kasane
