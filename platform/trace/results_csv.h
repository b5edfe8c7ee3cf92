/// results.csv: what the chip said of every image.
#pragma once

#include <cstdint>
#include <span>

#include "platform/trace/output_file.h"

namespace kasane {

struct ImageRow {
  std::uint32_t index = 0;
  std::uint32_t label = 0;
  std::uint32_t predicted = 0;
  double begin_seconds = 0;
  double seconds = 0;
  double joules = 0;                     ///< of the whole chip, from begin to end
  std::span<const std::uint8_t> output;  ///< the output tensor's bytes, as firmware reported them
};

class ResultsCsv {
 public:
  explicit ResultsCsv(const std::filesystem::path& path);
  void add(const ImageRow& row);
  void finish() { file_.close(); }

 private:
  OutputFile file_;
};

}  // namespace kasane
