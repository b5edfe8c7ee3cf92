/// ONNX in, network package out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sw/compiler/array_mapping.h"
#include "sw/compiler/calibration.h"
#include "sw/compiler/hiddenite_mapping.h"
#include "sw/compiler/kernel_clustering/mapping.h"
#include "sw/compiler/memory_plan.h"
#include "sw/compiler/onnx_import.h"
#include "sw/compiler/placement.h"
#include "sw/compiler/quantize_replacement.h"

namespace kasane::compiler {

/// The units of the chip and how kernels are given to them.
struct UnitMapping {
  UnitSet units;
  MappingOptions options;
  /// Set: kernels go to the unit of their own cluster only; the network is the design's `network`-th.
  std::optional<Design> design;
  std::uint32_t network = 0;
  ReplacementOptions quantisation;
};

struct CompileOptions {
  CalibrationOptions calibration;
  std::uint64_t max_model_bytes = default_max_model_bytes;
  // Of a chip that has these. Without `segments` it may have one of them, which all layers may use.
  std::optional<UnitMapping> units;
  std::optional<ArrayMapping> array;
  std::optional<HiddeniteMapping> hiddenite;
  /// Who carries out each segment, one an output of the network. Integers do not depend on cpu or ncu.
  std::vector<Placement> segments;
};

/// One row of the compile report; shapes and ranges of the layer's output.
struct LayerReport {
  std::string name;
  std::string operators;
  Shape output;
  double scale = 0;
  std::int32_t zero_point = 0;
  Range range;              ///< that the levels of the layer's output can express
  std::uint32_t tiles = 1;  ///< commands the layer was cut into
  std::size_t segment = 0;
};

struct CompileReport {
  std::vector<LayerReport> layers;
  bool weights_resident = false;
  std::uint32_t fmm_bytes = 0;
  std::uint32_t wm_bytes = 0;
  std::uint32_t scratch_bytes = 0;
  std::uint32_t cpu_maps_bytes = 0;
  std::uint32_t cpu_weights_bytes = 0;
};

struct Compiled {
  std::vector<std::uint8_t> package;
  CompileReport report;
};

/// Reads a network as clustering and compiler see it: batch normalisation folded, layers in segments. Throws
/// CompileError.
Graph read_network(const std::filesystem::path& onnx, std::uint64_t max_bytes = default_max_model_bytes);

/// Throws CompileError with one line if the network cannot be read, quantised or fitted. Deterministic.
Compiled compile_with_report(const std::filesystem::path& onnx, const CalibrationImages& images,
                             const CompileTarget& target, const CompileOptions& options = {});

std::vector<std::uint8_t> compile(const std::filesystem::path& onnx, const CalibrationImages& images,
                                  const CompileTarget& target, const CompileOptions& options = {});

}  // namespace kasane::compiler
