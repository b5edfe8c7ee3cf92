/// Where the UART's bytes go: console.log, whole lines at a time, and standard output.
#pragma once

#include <cstddef>
#include <string>

#include "platform/run/progress_line.h"
#include "platform/trace/output_file.h"

namespace kasane {

class Console {
 public:
  /// `quiet`: to the file only. The `progress` line makes room for every line printed.
  Console(const std::filesystem::path& log, ProgressLine& progress, bool quiet);

  void put(char character);
  /// Shows what there is of an unfinished line, such as a prompt.
  void show();
  /// Writes an unfinished line and closes the file.
  void finish();

 private:
  void end_line();

  OutputFile log_;
  ProgressLine& progress_;
  bool quiet_;
  std::string line_;
  std::size_t shown_ = 0;  ///< characters of the line that are on standard output
};

}  // namespace kasane
