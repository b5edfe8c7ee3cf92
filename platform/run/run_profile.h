/// The profile of a run: from the chip to the files in the run's folder.
#pragma once

#include <string>

#include "platform/profile/code_map.h"
#include "platform/profile/profiler.h"
#include "platform/run/run_setup.h"
#include "platform/trace/run_paths.h"

namespace kasane {

class RunProfile {
 public:
  /// Watches the run's machine from now on.
  explicit RunProfile(const ReadyRun& run);

  /// Writes the files; call once, when hart and account are settled. Throws OutputError.
  void finish(const RunPaths& paths, const std::string& name);
  /// The functions that most energy was spent for, as text.
  std::string table() const;

 private:
  profile::CodeMap code_;
  profile::Profiler profiler_;
  profile::Profile profile_;
};

}  // namespace kasane
