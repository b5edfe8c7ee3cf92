/// Reads an ONNX file into the compiler's graph.
#pragma once

#include <cstdint>
#include <filesystem>

#include "sw/compiler/graph.h"

namespace kasane::compiler {

/// Files larger than this are refused before they are read.
constexpr std::uint64_t default_max_model_bytes = std::uint64_t{256} << 20;

/// Supports opset 7 and later of Conv, Gemm, MatMul (constant weights), MaxPool, AveragePool,
/// GlobalAveragePool, BatchNormalization, Relu, Clip, Add, Flatten, Reshape, Identity, Dropout, Constant,
/// Softmax and ArgMax, batch 1 or symbolic; one output, or several that are logits. Everything else throws
/// CompileError with one line.
Graph import_onnx(const std::filesystem::path& file, std::uint64_t max_bytes = default_max_model_bytes);

}  // namespace kasane::compiler
