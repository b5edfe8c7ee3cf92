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
  double joules = 0;                             ///< of the whole chip, from begin to end
  std::span<const std::uint8_t> output;          ///< the output tensor's bytes, as firmware reported them
  std::uint32_t exit = 0;                        ///< by which it left, from 0
  std::span<const std::uint32_t> entropies_q24;  ///< at the exits that it reached, nats x 2^24
};

class ResultsCsv {
 public:
  /// `has_exits`: the network has several, and images a column each for exit and entropies.
  ResultsCsv(const std::filesystem::path& path, bool has_exits);
  void add(const ImageRow& row);
  void finish() { file_.close(); }

 private:
  OutputFile file_;
  bool has_exits_;
};

}  // namespace kasane
