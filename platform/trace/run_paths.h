/// The files of a run's folder.
#pragma once

#include <filesystem>
#include <string>

namespace kasane {

struct RunPaths {
  std::filesystem::path folder;

  std::filesystem::path summary() const { return folder / "summary.json"; }
  std::filesystem::path host() const { return folder / "host.json"; }
  std::filesystem::path power() const { return folder / "power.csv"; }
  std::filesystem::path timeline() const { return folder / "timeline.csv"; }
  std::filesystem::path perfetto() const { return folder / "trace.pftrace"; }
  std::filesystem::path vcd() const { return folder / "waves.vcd"; }
  std::filesystem::path fst() const { return folder / "waves.fst"; }
  std::filesystem::path gtkw() const { return folder / "waves.gtkw"; }
  std::filesystem::path regions() const { return folder / "regions.csv"; }
  std::filesystem::path results() const { return folder / "results.csv"; }
  std::filesystem::path instructions() const { return folder / "instructions.log"; }
  /// Folded stacks of one quantity, and all of them for speedscope.
  std::filesystem::path folded(const std::string& quantity) const {
    return folder / ("profile." + quantity + ".folded");
  }
  std::filesystem::path speedscope() const { return folder / "profile.speedscope.json"; }
  std::filesystem::path console() const { return folder / "console.log"; }
  std::filesystem::path report() const { return folder / "report.html"; }

  /// Makes the folder and removes what an earlier run left in it, so that no file is of another run.
  /// Throws std::filesystem::filesystem_error.
  void prepare() const {
    std::filesystem::create_directories(folder);
    for (const auto& file : {summary(), host(), power(), timeline(), perfetto(), vcd(), fst(), gtkw(),
                             results(), regions(), instructions(), console(), report(),
                             folded("instructions"), folded("cycles"), folded("energy"), speedscope()}) {
      std::filesystem::remove(file);
    }
  }
};

}  // namespace kasane
