/// Random NCU layers for tests: every shape the commands allow, and the values that break arithmetic.
#pragma once

#include <cstdint>
#include <cstring>
#include <random>
#include <string>

#include "tests/reference/ncu_reference.h"

namespace kasane::reference {

/// Uniform integers from a seed, the same with every standard library.
class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  /// lowest ... highest, both included.
  int64_t between(int64_t lowest, int64_t highest);
  bool one_in(int64_t chances) { return between(1, chances) == 1; }
  uint8_t byte() { return static_cast<uint8_t>(between(0, 255)); }

 private:
  std::mt19937_64 engine_;
};

/// Largest values; the smallest are 1 (stride, dilation, kernel, channels, groups) or 0 (padding, slack).
struct LayerLimits {
  uint32_t channels = 20;  ///< each of input and output
  uint32_t extent = 18;    ///< input height and width
  uint32_t kernel = 7;
  uint32_t stride = 4;
  uint32_t dilation = 3;
  uint32_t groups = 4;       ///< besides depthwise layers
  uint32_t pitch_slack = 9;  ///< bytes between rows and between planes
};

/// One command with the memories it works on. All of FMM and WM holds random bytes, the gaps between rows and
/// around the maps too: compare the whole of FMM after execution. Input and output maps do not overlap.
struct RandomLayer {
  CommandRecord record;
  Bytes fmm;
  Bytes wm;
  std::string description;

  /// The record as one of the header's structures, such as kasane_ncu_convolution.
  template <typename Command>
  Command as() const {
    Command command;
    static_assert(sizeof command == sizeof record);
    std::memcpy(&command, record.data(), sizeof command);
    return command;
  }

  /// FMM as it must be after the command.
  Bytes expected() const { return execute(record, fmm, wm); }
};

RandomLayer make_random_convolution(Random& random, const LayerLimits& limits = {});
RandomLayer make_random_fully_connected(Random& random, const LayerLimits& limits = {});
RandomLayer make_random_max_pool(Random& random, const LayerLimits& limits = {});
RandomLayer make_random_average_pool(Random& random, const LayerLimits& limits = {});
RandomLayer make_random_add(Random& random, const LayerLimits& limits = {});
RandomLayer make_random_requantize(Random& random, const LayerLimits& limits = {});

/// One of the six kinds.
RandomLayer make_random_layer(Random& random, const LayerLimits& limits = {});

}  // namespace kasane::reference
