/// The state of one import: what each ONNX value name stands for, and the graph so far.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sw/compiler/graph.h"
#include "sw/compiler/hidden_import.h"
#include "sw/compiler/onnx_node.h"

namespace kasane::compiler {

/// What an ONNX value name stands for: a feature map (with ONNX's rank, batch included) or a constant.
struct OnnxValue {
  Operand map;
  int rank = 0;
  bool is_constant = false;
  Constant constant;
};

class OnnxImporter {
 public:
  explicit OnnxImporter(std::string file) { graph_.file = std::move(file); }

  Graph import(const onnx::ModelProto& model);

 private:
  void read_opset(const onnx::ModelProto& model);
  void read_input(const onnx::GraphProto& graph);
  void read_outputs(const onnx::GraphProto& graph);
  void read_node(const onnx::NodeProto& proto);

  // One function an operator (onnx_operators.cpp); each leaves its outputs in values_.
  void constant(OnnxNode& node);
  void convolution(OnnxNode& node);
  void gemm(OnnxNode& node);
  void matmul(OnnxNode& node);
  void pool(OnnxNode& node);
  void global_average_pool(OnnxNode& node);
  void batch_normalization(OnnxNode& node);
  void add(OnnxNode& node);
  void relu(OnnxNode& node);
  void clip(OnnxNode& node);
  void flatten(OnnxNode& node);
  void reshape(OnnxNode& node);
  void pass_through(OnnxNode& node);
  void softmax(OnnxNode& node);
  void argmax(OnnxNode& node);

  const OnnxValue& value(const OnnxNode& node, int input) const;
  const OnnxValue& map(const OnnxNode& node, int input) const;
  const Constant& constant_input(const OnnxNode& node, int input) const;
  /// A constant of `count` floats; ones of another size are an error.
  const std::vector<float>& vector_input(const OnnxNode& node, int input, std::uint64_t count) const;
  void expect_vector_axis(OnnxNode& node, const OnnxValue& input, std::int64_t axis) const;

  Layer new_layer(const OnnxNode& node, LayerKind kind);
  /// Of a layer with weights, which stand in `layer` already: whether a generator makes them.
  void read_hidden(const OnnxNode& node, Layer& layer);
  /// Appends the layer with a new output tensor, named by the node's first output.
  void finish(OnnxNode& node, Layer layer, const Shape& output, int rank);
  /// Names the node's output as another view of an existing feature map.
  void alias(OnnxNode& node, const OnnxValue& target);
  std::string layer_name(const OnnxNode& node);

  Graph graph_;
  std::map<std::string, OnnxValue> values_;
  std::set<std::string> layer_names_;
  HiddenMetadata hidden_;
  std::int64_t opset_ = 0;
};

}  // namespace kasane::compiler
