#include "platform/report.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace kasane {

bool draw_report(const std::filesystem::path& run_folder, const ResourceFolders& folders) {
  // Debian's interpreter: another python3 on the PATH may not see Debian's numpy and matplotlib.
  std::string python = "/usr/bin/python3";
  std::string script = folders.source / "reports" / "report.py";
  std::string folder = run_folder.string();
  std::array<char*, 4> arguments{python.data(), script.data(), folder.data(), nullptr};
  pid_t child = 0;
  const int error = posix_spawn(&child, python.c_str(), nullptr, nullptr, arguments.data(), environ);
  if (error != 0) {
    std::fprintf(stderr, "kasane: cannot draw the report: %s: %s\n", python.c_str(), std::strerror(error));
    return false;
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace kasane
