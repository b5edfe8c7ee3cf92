#include "platform/run/report.h"

#include <cstdio>
#include <string>
#include <vector>

#include "platform/trace/outside_program.h"

namespace kasane {
namespace {

/// Runs a program of reports/; true if it succeeded. It says itself what is wrong.
bool run_python(const char* script, std::vector<std::string> words, const ResourceFolders& folders) {
  // Debian's interpreter: another python3 on the PATH may not see Debian's numpy and matplotlib.
  words.insert(words.begin(), {"/usr/bin/python3", folders.source / "reports" / script});
  const ProgramEnd end = run_outside_program(words);
  if (!end.started) std::fprintf(stderr, "kasane: cannot draw the report: %s\n", end.failure.c_str());
  return end.good;
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
