/// Reads the parts of one ONNX node: attributes with their types, constant tensors; every complaint names the
/// node.
#pragma once

#include <cstdint>
#include <onnx/onnx_pb.h>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace kasane::compiler {

/// A constant of the model: an initializer or the value of a Constant node.
struct Constant {
  std::string name;
  std::vector<std::int64_t> dims;
  std::vector<float> floats;           ///< if the tensor holds floating-point numbers
  std::vector<std::int64_t> integers;  ///< if it holds integers

  std::uint64_t elements() const;
};

/// Reads a tensor of type float, double, int32 or int64; `where` begins the error line. Throws CompileError.
Constant read_constant(const onnx::TensorProto& tensor, const std::string& where);

/// "[1, 2, 3]"
std::string to_string(const std::vector<std::int64_t>& values);

/// One node while it is being imported. Attributes that nobody asked for are an error.
class OnnxNode {
 public:
  OnnxNode(const std::string& file, const onnx::NodeProto& node);

  const onnx::NodeProto& proto() const { return node_; }
  const std::string& op() const { return node_.op_type(); }
  /// `file: node 'name' (Op): `
  const std::string& where() const { return where_; }
  [[noreturn]] void fail(const std::string& what) const;

  bool has(std::string_view attribute) const;
  std::int64_t integer(std::string_view attribute, std::int64_t otherwise);
  float number(std::string_view attribute, float otherwise);
  std::string text(std::string_view attribute, const std::string& otherwise);
  std::vector<std::int64_t> integers(std::string_view attribute, std::vector<std::int64_t> otherwise);
  const onnx::TensorProto* tensor(std::string_view attribute);
  void ignore(std::string_view attribute) { known_.insert(std::string(attribute)); }

  /// Throws CompileError if the node has an attribute that none of the functions above was asked for.
  void expect_no_other_attributes() const;
  void expect_inputs(int least, int most) const;
  bool has_input(int index) const { return index < node_.input_size() && !node_.input(index).empty(); }

 private:
  const onnx::AttributeProto* find(std::string_view attribute, int type);

  const onnx::NodeProto& node_;
  std::string where_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace kasane::compiler
