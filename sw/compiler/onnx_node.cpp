#include "sw/compiler/onnx_node.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "sw/compiler/graph.h"

namespace kasane::compiler {
namespace {

constexpr std::uint64_t max_elements = std::uint64_t{1} << 30;

/// Copies `count` elements from raw_data (little-endian) or from the typed field.
template <typename Element, typename Field, typename Value>
void copy_elements(const onnx::TensorProto& tensor, const Field& field, std::uint64_t count,
                   const std::string& where, std::vector<Value>& values) {
  static_assert(std::endian::native == std::endian::little);
  const std::string expected = ", expected " + std::to_string(count);
  values.reserve(count);
  if (!tensor.has_raw_data()) {
    if (static_cast<std::uint64_t>(field.size()) != count)
      throw CompileError(where + "holds " + std::to_string(field.size()) + " elements" + expected);
    for (const auto value : field) values.push_back(static_cast<Value>(value));
    return;
  }
  const std::string& raw = tensor.raw_data();
  if (raw.size() != count * sizeof(Element))
    throw CompileError(where + "holds " + std::to_string(raw.size()) + " bytes, expected " +
                       std::to_string(count * sizeof(Element)));
  for (std::uint64_t i = 0; i < count; ++i) {
    Element element;
    std::memcpy(&element, raw.data() + i * sizeof(Element), sizeof(Element));
    values.push_back(static_cast<Value>(element));
  }
}

std::uint64_t checked_elements(const std::vector<std::int64_t>& dims, const std::string& where) {
  std::uint64_t elements = 1;
  for (const std::int64_t dim : dims) {
    if (dim < 0 || static_cast<std::uint64_t>(dim) > max_elements ||
        (elements *= static_cast<std::uint64_t>(dim)) > max_elements)
      throw CompileError(where + "has shape " + to_string(dims) + ", expected at most 2^30 elements");
  }
  return elements;
}

}  // namespace

std::uint64_t Constant::elements() const {
  return floats.size() + integers.size();
}

std::string to_string(const std::vector<std::int64_t>& values) {
  std::string text = "[";
  for (std::size_t i = 0; i < values.size(); ++i) text += (i ? ", " : "") + std::to_string(values[i]);
  return text + "]";
}

Constant read_constant(const onnx::TensorProto& tensor, const std::string& prefix) {
  const std::string where = prefix + "tensor '" + tensor.name() + "' ";
  Constant constant{.name = tensor.name(), .dims = {tensor.dims().begin(), tensor.dims().end()}};
  const std::uint64_t count = checked_elements(constant.dims, where);
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL)
    throw CompileError(where + "is stored in another file, expected all data inside the model");
  switch (tensor.data_type()) {
    case onnx::TensorProto::FLOAT:
      copy_elements<float>(tensor, tensor.float_data(), count, where, constant.floats);
      break;
    case onnx::TensorProto::DOUBLE:
      copy_elements<double>(tensor, tensor.double_data(), count, where, constant.floats);
      break;
    case onnx::TensorProto::INT64:
      copy_elements<std::int64_t>(tensor, tensor.int64_data(), count, where, constant.integers);
      break;
    case onnx::TensorProto::INT32:
      copy_elements<std::int32_t>(tensor, tensor.int32_data(), count, where, constant.integers);
      break;
    case onnx::TensorProto::BOOL:
      copy_elements<std::uint8_t>(tensor, tensor.int32_data(), count, where, constant.integers);
      break;
    default:
      throw CompileError(where + "has data type " + std::to_string(tensor.data_type()) +
                         ", expected float, double, int32, int64 or bool");
  }
  for (const float value : constant.floats)
    if (!std::isfinite(value))
      throw CompileError(where + "holds an infinite or undefined number, expected finite ones");
  return constant;
}

OnnxNode::OnnxNode(const std::string& file, const onnx::NodeProto& node) : node_(node) {
  const std::string name = !node.name().empty()     ? node.name()
                           : node.output_size() > 0 ? node.output(0)
                                                    : std::string("unnamed");
  where_ = file + ": node '" + name + "' (" + node.op_type() + "): ";
}

void OnnxNode::fail(const std::string& what) const {
  throw CompileError(where_ + what);
}

bool OnnxNode::has(std::string_view attribute) const {
  for (const auto& candidate : node_.attribute())
    if (candidate.name() == attribute) return true;
  return false;
}

const onnx::AttributeProto* OnnxNode::find(std::string_view attribute, int type) {
  known_.insert(std::string(attribute));
  for (const auto& candidate : node_.attribute()) {
    if (candidate.name() != attribute) continue;
    if (candidate.type() != type)
      fail("attribute '" + candidate.name() + "' has type " + std::to_string(candidate.type()) +
           ", expected " + std::to_string(type));
    return &candidate;
  }
  return nullptr;
}

std::int64_t OnnxNode::integer(std::string_view attribute, std::int64_t otherwise) {
  const auto* found = find(attribute, onnx::AttributeProto::INT);
  return found ? found->i() : otherwise;
}

float OnnxNode::number(std::string_view attribute, float otherwise) {
  const auto* found = find(attribute, onnx::AttributeProto::FLOAT);
  if (found && !std::isfinite(found->f()))
    fail("attribute '" + std::string(attribute) + "' is not finite, expected a finite number");
  return found ? found->f() : otherwise;
}

std::string OnnxNode::text(std::string_view attribute, const std::string& otherwise) {
  const auto* found = find(attribute, onnx::AttributeProto::STRING);
  return found ? found->s() : otherwise;
}

std::vector<std::int64_t> OnnxNode::integers(std::string_view attribute,
                                             std::vector<std::int64_t> otherwise) {
  const auto* found = find(attribute, onnx::AttributeProto::INTS);
  if (!found) return otherwise;
  return {found->ints().begin(), found->ints().end()};
}

const onnx::TensorProto* OnnxNode::tensor(std::string_view attribute) {
  const auto* found = find(attribute, onnx::AttributeProto::TENSOR);
  return found ? &found->t() : nullptr;
}

void OnnxNode::expect_no_other_attributes() const {
  for (const auto& attribute : node_.attribute()) {
    if (known_.contains(attribute.name())) continue;
    std::string expected;
    for (const auto& name : known_) expected += (expected.empty() ? "" : ", ") + name;
    fail("attribute '" + attribute.name() + "' is not supported, expected " +
         (expected.empty() ? "none" : "only " + expected));
  }
}

void OnnxNode::expect_inputs(int least, int most) const {
  int present = 0;
  while (has_input(present)) ++present;
  if (present < least || node_.input_size() > most)
    fail("has " + std::to_string(node_.input_size()) + " inputs, expected " + std::to_string(least) +
         (most > least ? " to " + std::to_string(most) : ""));
}

}  // namespace kasane::compiler
