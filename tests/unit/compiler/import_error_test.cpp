// Everything the importer refuses, and the one line it says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/compiler/model_builder.h"

namespace kasane::compiler::test {
namespace {

using ::testing::HasSubstr;

std::string import_error(const std::filesystem::path& file, std::uint64_t limit = default_max_model_bytes) {
  try {
    import_onnx(file, limit);
  } catch (const CompileError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    EXPECT_THAT(error.what(), HasSubstr("expected"));
    EXPECT_THAT(error.what(), ::testing::StartsWith(file.string() + ": "));
    return error.what();
  }
  return "no error";
}

ModelBuilder one_convolution() {
  ModelBuilder b({1, 2, 8, 8});
  b.convolution("conv", "input", 4, 2, 3);
  return b;
}

TEST(ImportError, FilesThatAreNoModels) {
  auto b = one_convolution();
  const auto file = b.save();
  EXPECT_THAT(import_error(file, 10), HasSubstr("expected at most 10"));
  EXPECT_THAT(import_error(file.string() + ".missing"), HasSubstr("cannot be read"));
  std::ofstream(file, std::ios::trunc) << "this is no protobuf at all, not even nearly";
  EXPECT_THAT(import_error(file), HasSubstr("truncated or corrupt"));
  std::ofstream(file, std::ios::trunc);
  EXPECT_THAT(import_error(file), HasSubstr("holds no network"));
}

TEST(ImportError, EveryTruncationIsOneLine) {
  auto b = one_convolution();
  const auto file = b.save();
  std::string whole = b.model.SerializeAsString();
  for (std::size_t bytes = 0; bytes + 1 < whole.size(); bytes += 5) {
    std::ofstream(file, std::ios::trunc | std::ios::binary)
        .write(whole.data(), static_cast<std::streamsize>(bytes));
    EXPECT_NE(import_error(file), "no error") << bytes;
  }
}

TEST(ImportError, EveryFlippedByteIsReadOrRefused) {
  auto b = one_convolution();
  const auto file = b.save();
  const std::string whole = b.model.SerializeAsString();
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 0x41);
    std::ofstream(file, std::ios::trunc | std::ios::binary) << changed;
    try {
      import_onnx(file);
    } catch (const CompileError&) {
    }
  }
}

TEST(ImportError, Operators) {
  auto b = one_convolution();
  b.node("Sigmoid", "act", {"conv"});
  EXPECT_THAT(import_error(b.save()),
              HasSubstr("node 'act' (Sigmoid): operator is not supported, expected one of Add"));
}

TEST(ImportError, Attributes) {
  {
    auto b = one_convolution();
    ModelBuilder::integer(*b.model.mutable_graph()->mutable_node(0), "colour", 3);
    EXPECT_THAT(import_error(b.save()), HasSubstr("node 'conv' (Conv): attribute 'colour' is not supported"));
  }
  {
    auto b = one_convolution();
    ModelBuilder::ints(*b.model.mutable_graph()->mutable_node(0), "strides", {0, 1});
    EXPECT_THAT(import_error(b.save()), HasSubstr("attribute 'strides' is [0, 1]"));
  }
  {
    auto b = one_convolution();
    ModelBuilder::integer(*b.model.mutable_graph()->mutable_node(0), "strides", 1);
    EXPECT_THAT(import_error(b.save()), HasSubstr("attribute 'strides' has type"));
  }
  {
    auto b = one_convolution();
    ModelBuilder::text(*b.model.mutable_graph()->mutable_node(0), "auto_pad", "SAME");
    EXPECT_THAT(import_error(b.save()), HasSubstr("'auto_pad' is 'SAME'"));
  }
  {
    auto b = one_convolution();
    ModelBuilder::ints(*b.model.mutable_graph()->mutable_node(0), "pads", {3, 0, 0, 0});
    EXPECT_THAT(import_error(b.save()), HasSubstr("padding is [3, 0, 0, 0]"));
  }
  {
    auto b = one_convolution();
    ModelBuilder::ints(b.pool("MaxPool", "pool", 2, 2), "dilations", {2, 2});
    EXPECT_THAT(import_error(b.save()), HasSubstr("without dilation"));
  }
  {
    auto b = one_convolution();
    b.pool("MaxPool", "pool", 9, 2);
    EXPECT_THAT(import_error(b.save()), HasSubstr("window 9x9 exceeds its padded input 4x6x6"));
  }
}

TEST(ImportError, Shapes) {
  {
    ModelBuilder b({2, 2, 8, 8});
    b.relu("relu");
    EXPECT_THAT(import_error(b.save()), HasSubstr("input 'input': has batch 2, expected 1 or symbolic"));
  }
  {
    ModelBuilder b({1, 3, 8, 8});
    b.convolution("conv", "input", 4, 2, 3);
    EXPECT_THAT(import_error(b.save()), HasSubstr("weights have shape [4, 2, 3, 3] in 1 groups"));
  }
  {
    auto b = one_convolution();
    b.gemm("fc", "conv", 10, 144);
    EXPECT_THAT(import_error(b.save()), HasSubstr("input has rank 4, expected 2"));
  }
  {
    auto b = one_convolution();
    b.node("Flatten", "flat", {"conv"});
    b.gemm("fc", "flat", 10, 143);
    EXPECT_THAT(import_error(b.save()), HasSubstr("expected 144 input features"));
  }
  {
    auto b = one_convolution();
    b.node("Add", "sum", {"conv", "input"});
    EXPECT_THAT(import_error(b.save()),
                HasSubstr("operands have shapes 4x6x6 and 2x8x8, expected equal shapes"));
  }
  {
    auto b = one_convolution();
    b.node("Reshape", "shape", {"conv", b.integers("target", {2, 72})});
    EXPECT_THAT(import_error(b.save()), HasSubstr("target shape is [2, 72]"));
  }
  {
    auto b = one_convolution();
    b.node("Softmax", "softmax", {"conv"});
    EXPECT_THAT(import_error(b.save()), HasSubstr("expected axis 1 of a vector"));
  }
}

TEST(ImportError, Values) {
  {
    auto b = one_convolution();
    b.relu("relu");
    b.model.mutable_graph()->mutable_node(1)->set_input(0, "nowhere");
    EXPECT_THAT(import_error(b.save()), HasSubstr("input 'nowhere' is undefined"));
  }
  {
    auto b = one_convolution();
    b.model.mutable_graph()->mutable_initializer(0)->mutable_float_data()->RemoveLast();
    EXPECT_THAT(import_error(b.save()), HasSubstr("tensor 'conv.weight' holds 71 elements, expected 72"));
  }
  {
    auto b = one_convolution();
    b.model.mutable_graph()->mutable_initializer(0)->set_float_data(0,
                                                                    std::numeric_limits<float>::quiet_NaN());
    EXPECT_THAT(import_error(b.save()), HasSubstr("infinite or undefined"));
  }
  {
    auto b = one_convolution();
    b.model.mutable_graph()->mutable_initializer(0)->set_dims(0, std::int64_t{1} << 60);
    EXPECT_THAT(import_error(b.save()),
                HasSubstr("has shape [1152921504606846976, 2, 3, 3], expected at most 2^30 elements"));
  }
  {
    auto b = one_convolution();
    b.model.mutable_graph()->mutable_initializer(0)->set_data_type(onnx::TensorProto::FLOAT16);
    EXPECT_THAT(import_error(b.save()), HasSubstr("has data type 10"));
  }
  {
    auto b = one_convolution();
    b.last = "input";
    EXPECT_THAT(import_error(b.save()), HasSubstr("output 'input' is computed by no layer"));
  }
  {
    auto b = one_convolution();
    b.model.mutable_opset_import(0)->set_version(6);
    EXPECT_THAT(import_error(b.save()), HasSubstr("operator set 6, expected 7 or later"));
  }
}

}  // namespace
}  // namespace kasane::compiler::test
