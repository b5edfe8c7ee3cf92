/// Builds small ONNX models for tests, with random weights from a seed.
#pragma once

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>
#include <random>
#include <string>
#include <vector>

#include "sw/compiler/compiler.h"

namespace kasane::compiler::test {

class ModelBuilder {
 public:
  explicit ModelBuilder(std::vector<std::int64_t> input_dims, std::uint32_t seed = 1) : random_(seed) {
    model.set_ir_version(7);
    auto* opset = model.add_opset_import();
    opset->set_version(13);
    model.mutable_graph()->set_name("test");
    declare(model.mutable_graph()->add_input(), "input", input_dims);
  }

  static void declare(onnx::ValueInfoProto* value, const std::string& name,
                      const std::vector<std::int64_t>& dims) {
    value->set_name(name);
    auto* type = value->mutable_type()->mutable_tensor_type();
    type->set_elem_type(onnx::TensorProto::FLOAT);
    for (const auto dim : dims) type->mutable_shape()->add_dim()->set_dim_value(dim);
  }

  /// A new node "name" with output "name"; returns it for attributes.
  onnx::NodeProto& node(const std::string& op, const std::string& name,
                        const std::vector<std::string>& inputs) {
    auto* made = model.mutable_graph()->add_node();
    made->set_op_type(op);
    made->set_name(name);
    for (const auto& input : inputs) made->add_input(input);
    made->add_output(name);
    last = name;
    return *made;
  }

  static void ints(onnx::NodeProto& node, const std::string& name, const std::vector<std::int64_t>& values) {
    auto* attribute = node.add_attribute();
    attribute->set_name(name);
    attribute->set_type(onnx::AttributeProto::INTS);
    for (const auto value : values) attribute->add_ints(value);
  }
  static void integer(onnx::NodeProto& node, const std::string& name, std::int64_t value) {
    auto* attribute = node.add_attribute();
    attribute->set_name(name);
    attribute->set_type(onnx::AttributeProto::INT);
    attribute->set_i(value);
  }
  static void text(onnx::NodeProto& node, const std::string& name, const std::string& value) {
    auto* attribute = node.add_attribute();
    attribute->set_name(name);
    attribute->set_type(onnx::AttributeProto::STRING);
    attribute->set_s(value);
  }

  std::string constant(const std::string& name, const std::vector<std::int64_t>& dims,
                       const std::vector<float>& values) {
    auto* tensor = model.mutable_graph()->add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(onnx::TensorProto::FLOAT);
    for (const auto dim : dims) tensor->add_dims(dim);
    for (const float value : values) tensor->add_float_data(value);
    return name;
  }
  std::string integers(const std::string& name, const std::vector<std::int64_t>& values) {
    auto* tensor = model.mutable_graph()->add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(onnx::TensorProto::INT64);
    tensor->add_dims(static_cast<std::int64_t>(values.size()));
    for (const auto value : values) tensor->add_int64_data(value);
    return name;
  }
  std::string random(const std::string& name, const std::vector<std::int64_t>& dims, float low, float high) {
    std::int64_t count = 1;
    for (const auto dim : dims) count *= dim;
    std::uniform_real_distribution<float> distribution(low, high);
    std::vector<float> values;
    for (std::int64_t i = 0; i < count; ++i) values.push_back(distribution(random_));
    return constant(name, dims, values);
  }

  /// Convolution with weights scaled to keep the variance, and a bias.
  onnx::NodeProto& convolution(const std::string& name, const std::string& input, std::int64_t outputs,
                               std::int64_t inputs_per_group, std::int64_t kernel, std::int64_t pad = 0,
                               std::int64_t stride = 1) {
    const float scale = std::sqrt(6.0F / static_cast<float>(inputs_per_group * kernel * kernel));
    const auto weights = random(name + ".weight", {outputs, inputs_per_group, kernel, kernel}, -scale, scale);
    const auto bias = random(name + ".bias", {outputs}, -0.2F, 0.2F);
    auto& made = node("Conv", name, {input, weights, bias});
    if (pad != 0) ints(made, "pads", {pad, pad, pad, pad});
    if (stride != 1) ints(made, "strides", {stride, stride});
    return made;
  }
  onnx::NodeProto& gemm(const std::string& name, const std::string& input, std::int64_t outputs,
                        std::int64_t inputs) {
    const float scale = std::sqrt(3.0F / static_cast<float>(inputs));
    const auto weights = random(name + ".weight", {outputs, inputs}, -scale, scale);
    const auto bias = random(name + ".bias", {outputs}, -0.2F, 0.2F);
    auto& made = node("Gemm", name, {input, weights, bias});
    integer(made, "transB", 1);
    return made;
  }
  void relu(const std::string& name) { node("Relu", name, {last}); }
  onnx::NodeProto& pool(const std::string& op, const std::string& name, std::int64_t kernel,
                        std::int64_t stride) {
    auto& made = node(op, name, {last});
    ints(made, "kernel_shape", {kernel, kernel});
    ints(made, "strides", {stride, stride});
    return made;
  }

  /// Declares `exits` and the last node's output as the network's and writes the file.
  std::filesystem::path save(const std::string& file = "model.onnx") {
    model.mutable_graph()->clear_output();
    for (const std::string& exit : exits) declare(model.mutable_graph()->add_output(), exit, {});
    declare(model.mutable_graph()->add_output(), last, {});
    const std::string test = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::string folder = test;
    for (char& letter : folder)
      if (letter == '/') letter = '_';
    const auto directory = std::filesystem::path(::testing::TempDir()) / "kasane_compiler" / folder;
    std::filesystem::create_directories(directory);
    std::ofstream stream(directory / file, std::ios::binary);
    model.SerializeToOstream(&stream);
    return directory / file;
  }

  onnx::ModelProto model;
  std::string last = "input";
  std::vector<std::string> exits;  ///< outputs before the last node's

 private:
  std::mt19937 random_;
};

/// Smooth random pictures.
inline CalibrationImages random_images(const Shape& shape, std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  CalibrationImages images{shape.channels, shape.height, shape.width, {}};
  for (std::uint64_t i = 0; i < count * shape.elements(); ++i)
    images.pixels.push_back(static_cast<std::uint8_t>(random() >> 24));
  return images;
}

}  // namespace kasane::compiler::test
