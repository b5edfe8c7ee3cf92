#include "sw/compiler/onnx_import.h"

#include <fstream>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>
#include <limits>

#include "sw/compiler/onnx_importer.h"
#include "sw/compiler/segments.h"

namespace kasane::compiler {
namespace {

constexpr std::int64_t first_opset = 7;
constexpr std::int64_t max_dimension = 65535;

std::vector<char> read_file(const std::filesystem::path& file, std::uint64_t max_bytes) {
  std::error_code error;
  const std::uint64_t bytes = std::filesystem::file_size(file, error);
  if (error)
    throw CompileError(file.string() + ": cannot be read (" + error.message() + "), expected an ONNX file");
  const std::uint64_t limit = std::min<std::uint64_t>(max_bytes, std::numeric_limits<int>::max());
  if (bytes > limit)
    throw CompileError(file.string() + ": has " + std::to_string(bytes) + " bytes, expected at most " +
                       std::to_string(limit));
  std::vector<char> contents(bytes);
  std::ifstream stream(file, std::ios::binary);
  stream.read(contents.data(), static_cast<std::streamsize>(bytes));
  if (!stream)
    throw CompileError(file.string() + ": cannot be read, expected " + std::to_string(bytes) + " bytes");
  return contents;
}

onnx::ModelProto parse(const std::filesystem::path& file, std::uint64_t max_bytes) {
  const std::vector<char> contents = read_file(file, max_bytes);
  const google::protobuf::LogSilencer silence;  // our own line says what is wrong
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const std::uint8_t*>(contents.data()),
                                                static_cast<int>(contents.size()));
  onnx::ModelProto model;
  if (!model.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage())
    throw CompileError(file.string() + ": is truncated or corrupt, expected an ONNX model");
  if (!model.has_graph() || model.graph().node_size() == 0)
    throw CompileError(file.string() + ": holds no network, expected an ONNX model with at least one node");
  return model;
}

/// Drops what exporters add to a layer's own name: "/layer1/layer1.0/conv1/Conv" is layer1.0/conv1.
std::string plain_name(const std::string& name, const std::string& op) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string part = name.substr(begin, end - begin);
    if (!parts.empty() && part.starts_with(parts.back() + ".")) parts.pop_back();
    if (!part.empty()) parts.push_back(part);
    begin = end + 1;
  }
  if (parts.size() > 1 && (parts.back() == op || parts.back().starts_with(op + "_"))) parts.pop_back();
  std::string plain;
  for (const auto& part : parts) plain += (plain.empty() ? "" : "/") + part;
  return plain;
}

}  // namespace

Graph import_onnx(const std::filesystem::path& file, std::uint64_t max_bytes) {
  return OnnxImporter(file.string()).import(parse(file, max_bytes));
}

Graph OnnxImporter::import(const onnx::ModelProto& model) {
  const onnx::GraphProto& graph = model.graph();
  graph_.name = graph.name();
  read_opset(model);
  hidden_ = HiddenMetadata(model, graph_.file);
  if (graph.sparse_initializer_size() > 0)
    throw CompileError(graph_.file + ": has sparse initializers, expected dense ones");
  for (const auto& tensor : graph.initializer())
    values_[tensor.name()] = {.is_constant = true, .constant = read_constant(tensor, graph_.file + ": ")};
  read_input(graph);
  for (const auto& node : graph.node()) read_node(node);
  read_outputs(graph);
  hidden_.expect_all_found(graph_.file);
  return std::move(graph_);
}

void OnnxImporter::read_opset(const onnx::ModelProto& model) {
  for (const auto& set : model.opset_import())
    if (set.domain().empty() || set.domain() == "ai.onnx") opset_ = set.version();
  if (opset_ < first_opset)
    throw CompileError(graph_.file + ": uses operator set " + std::to_string(opset_) + ", expected " +
                       std::to_string(first_opset) + " or later");
}

void OnnxImporter::read_input(const onnx::GraphProto& graph) {
  const onnx::ValueInfoProto* input = nullptr;
  int inputs = 0;
  for (const auto& candidate : graph.input()) {
    if (values_.contains(candidate.name())) continue;  // old models list their initializers as inputs
    input = &candidate;
    ++inputs;
  }
  if (inputs != 1)
    throw CompileError(graph_.file + ": has " + std::to_string(inputs) + " inputs, expected 1");
  const std::string where = graph_.file + ": input '" + input->name() + "': ";
  const auto& type = input->type().tensor_type();
  if (type.elem_type() != onnx::TensorProto::FLOAT)
    throw CompileError(where + "has element type " + std::to_string(type.elem_type()) +
                       ", expected 1 (float)");
  const int rank = type.shape().dim_size();
  if (rank != 2 && rank != 4)
    throw CompileError(where + "has rank " + std::to_string(rank) +
                       ", expected 4 (batch, channels, height, width) or 2 (batch, features)");
  const auto& batch = type.shape().dim(0);
  if (batch.has_dim_value() && batch.dim_value() != 1)
    throw CompileError(where + "has batch " + std::to_string(batch.dim_value()) + ", expected 1 or symbolic");
  std::uint32_t sizes[3] = {1, 1, 1};
  for (int i = 1; i < rank; ++i) {
    const std::int64_t size = type.shape().dim(i).dim_value();
    if (size < 1 || size > max_dimension)
      throw CompileError(where + "dimension " + std::to_string(i) + " is " +
                         (size ? std::to_string(size) : "symbolic") + ", expected 1 to " +
                         std::to_string(max_dimension));
    sizes[i - 1] = static_cast<std::uint32_t>(size);
  }
  graph_.input = {0, {sizes[0], sizes[1], sizes[2]}};
  graph_.tensors.push_back(graph_.input.shape);
  values_[input->name()] = {.map = graph_.input, .rank = rank};
}

void OnnxImporter::read_outputs(const onnx::GraphProto& graph) {
  for (const auto& output : graph.output()) {
    const auto found = values_.find(output.name());
    if (found == values_.end() || found->second.is_constant ||
        found->second.map.tensor == graph_.input.tensor)
      throw CompileError(graph_.file + ": output '" + output.name() +
                         "' is computed by no layer, expected a layer's output");
    graph_.outputs.push_back({output.name(), found->second.map});
  }
  check_outputs(graph_);
  for (const Layer& layer : graph_.layers)
    if (layer.kind == LayerKind::argmax && graph_.output_of(layer.output.tensor) == nullptr)
      graph_.fail(layer, "is inside the network, expected ArgMax only as the last operator");
}

void OnnxImporter::read_node(const onnx::NodeProto& proto) {
  using Reader = void (OnnxImporter::*)(OnnxNode&);
  static const std::map<std::string, Reader, std::less<>> readers = {
      {"Add", &OnnxImporter::add},
      {"ArgMax", &OnnxImporter::argmax},
      {"AveragePool", &OnnxImporter::pool},
      {"BatchNormalization", &OnnxImporter::batch_normalization},
      {"Clip", &OnnxImporter::clip},
      {"Constant", &OnnxImporter::constant},
      {"Conv", &OnnxImporter::convolution},
      {"Dropout", &OnnxImporter::pass_through},
      {"Flatten", &OnnxImporter::flatten},
      {"Gemm", &OnnxImporter::gemm},
      {"GlobalAveragePool", &OnnxImporter::global_average_pool},
      {"Identity", &OnnxImporter::pass_through},
      {"MatMul", &OnnxImporter::matmul},
      {"MaxPool", &OnnxImporter::pool},
      {"Relu", &OnnxImporter::relu},
      {"Reshape", &OnnxImporter::reshape},
      {"Softmax", &OnnxImporter::softmax},
  };
  OnnxNode node(graph_.file, proto);
  const auto reader = readers.find(proto.op_type());
  if (reader == readers.end() || !(proto.domain().empty() || proto.domain() == "ai.onnx")) {
    std::string supported;
    for (const auto& entry : readers) supported += (supported.empty() ? "" : ", ") + entry.first;
    node.fail("operator is not supported, expected one of " + supported);
  }
  if (proto.output_size() < 1) node.fail("has no output, expected one");
  for (int i = 1; i < proto.output_size(); ++i)
    if (!proto.output(i).empty() && proto.op_type() != "Dropout")
      node.fail("has output '" + proto.output(i) + "', expected only the first one");
  (this->*reader->second)(node);
}

const OnnxValue& OnnxImporter::value(const OnnxNode& node, int input) const {
  const std::string& name = node.proto().input(input);
  const auto found = values_.find(name);
  if (found == values_.end())
    node.fail("input '" + name + "' is undefined, expected an earlier node's output");
  return found->second;
}

const OnnxValue& OnnxImporter::map(const OnnxNode& node, int input) const {
  const OnnxValue& found = value(node, input);
  if (found.is_constant)
    node.fail("input '" + node.proto().input(input) + "' is constant, expected a feature map");
  return found;
}

const Constant& OnnxImporter::constant_input(const OnnxNode& node, int input) const {
  const OnnxValue& found = value(node, input);
  if (!found.is_constant)
    node.fail("input '" + node.proto().input(input) + "' is computed by the network, expected a constant");
  return found.constant;
}

const std::vector<float>& OnnxImporter::vector_input(const OnnxNode& node, int input,
                                                     std::uint64_t count) const {
  const Constant& constant = constant_input(node, input);
  if (constant.floats.size() != count || constant.dims.size() != 1)
    node.fail("input '" + node.proto().input(input) + "' has shape " + to_string(constant.dims) +
              ", expected floats of shape [" + std::to_string(count) + "]");
  return constant.floats;
}

Layer OnnxImporter::new_layer(const OnnxNode& node, LayerKind kind) {
  return {.kind = kind, .name = layer_name(node), .operators = node.op()};
}

void OnnxImporter::read_hidden(const OnnxNode& node, Layer& layer) {
  const std::string& initializer = node.proto().input(1);
  layer.hidden = hidden_.find(initializer);
  if (!layer.hidden) {
    if (hidden_.is_hidden_network())
      node.fail("has weights without seed in a hidden network, expected metadata 'seed:" + initializer + "'");
    return;
  }
  if (const std::string flaw = flaw_of_hidden_weights(layer); !flaw.empty()) node.fail(flaw);
}

void OnnxImporter::finish(OnnxNode& node, Layer layer, const Shape& output, int rank) {
  node.expect_no_other_attributes();
  if (output.elements() > std::numeric_limits<std::int32_t>::max())
    node.fail("output has shape " + compiler::to_string(output) + ", expected less than 2^31 elements");
  layer.output = {graph_.tensors.size(), output};
  graph_.tensors.push_back(output);
  alias(node, {.map = layer.output, .rank = rank});
  graph_.layers.push_back(std::move(layer));
}

void OnnxImporter::alias(OnnxNode& node, const OnnxValue& target) {
  node.expect_no_other_attributes();
  const std::string& name = node.proto().output(0);
  if (name.empty() || values_.contains(name))
    node.fail("output '" + name + "' has no name or one already in use, expected a new name");
  values_[name] = target;
}

std::string OnnxImporter::layer_name(const OnnxNode& node) {
  const auto& proto = node.proto();
  std::string name = plain_name(proto.name(), proto.op_type());
  const bool anonymous = name.empty() || name == proto.op_type() || name.starts_with(proto.op_type() + "_");
  if (anonymous && proto.input_size() > 1 && proto.input(1).ends_with(".weight"))
    name = proto.input(1).substr(0, proto.input(1).size() - std::string(".weight").size());
  if (name.empty()) name = plain_name(proto.output(0), proto.op_type());
  if (name.empty()) name = proto.op_type();
  std::string unique = name;
  for (int i = 2; !layer_names_.insert(unique).second; ++i) unique = name + "_" + std::to_string(i);
  return unique;
}

}  // namespace kasane::compiler
