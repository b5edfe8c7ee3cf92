/// A package with several exits, built by hand: one segment each, on engines or by the CPU.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/unit/software/small_package.h"

namespace kasane {

enum class Side : uint8_t { engine, cpu };

struct ExitPackage {
  std::vector<Side> segments;    ///< 1 to 4 of them
  bool unit = false;             ///< segments on engines end with the exit unit
  bool engines_publish = false;  ///< the logits of CPU segments are copied by the DMA engine, not by the CPU
};

constexpr uint32_t exit_input_bytes = 36;
constexpr uint32_t exit_classes = 5;

/// Input 1 x 6 x 6; the first segment is a convolution to two channels and a maximum, the others are fully
/// connected layers of 12 neurons; each segment ends with a fully connected layer to five logits. The weights
/// are a fixed pattern. Maps and weights have the same addresses on both sides.
std::vector<uint8_t> exit_package(const ExitPackage& shape);

}  // namespace kasane
