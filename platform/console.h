/// Where the UART's bytes go: console.log and standard output, whole lines at a time.
#pragma once

#include <string>

#include "platform/progress_line.h"
#include "platform/trace/output_file.h"

namespace kasane {

class Console {
 public:
  /// `quiet`: to the file only. The `progress` line makes room for every line printed.
  Console(const std::filesystem::path& log, ProgressLine& progress, bool quiet);

  void put(char character);
  /// Writes an unfinished line and closes the file.
  void finish();

 private:
  void flush_line();

  OutputFile log_;
  ProgressLine& progress_;
  bool quiet_;
  std::string line_;
};

}  // namespace kasane
