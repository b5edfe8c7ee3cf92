#include "platform/report.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace kasane {

namespace {

/// Runs a program of reports/; true if it succeeded. It says itself what is wrong.
bool run_python(const char* script, std::vector<std::string> words, const ResourceFolders& folders) {
  // Debian's interpreter: another python3 on the PATH may not see Debian's numpy and matplotlib.
  const std::string python = "/usr/bin/python3";
  words.insert(words.begin(), {python, folders.source / "reports" / script});
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
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

}  // namespace

bool draw_report(const std::filesystem::path& run_folder, const ResourceFolders& folders) {
  return run_python("report.py", {run_folder}, folders);
}

bool draw_difference(const std::filesystem::path& before, const std::filesystem::path& after,
                     const std::filesystem::path& page, bool quiet, const ResourceFolders& folders) {
  std::vector<std::string> words;
  if (!page.empty()) words.push_back("--out=" + page.string());
  if (quiet) words.emplace_back("--quiet");
  words.insert(words.end(), {"--", before, after});  // a folder's name may begin with a dash
  return run_python("diff.py", words, folders);
}

}  // namespace kasane
