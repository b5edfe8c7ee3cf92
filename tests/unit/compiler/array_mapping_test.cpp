// Which layers run on the Cartesian-product array, and what that makes of the maps between them.
#include "sw/compiler/array_mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/compiler/model_builder.h"

namespace kasane::compiler::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// conv1 ... conv3 of 3 x 3 on 8 x 8, then a fully connected layer on the flattened map.
ModelBuilder chain() {
  ModelBuilder b({1, 3, 8, 8});
  b.convolution("conv1", "input", 8, 3, 3, 1);
  b.relu("relu1");
  b.convolution("conv2", "relu1", 8, 8, 3, 1);
  b.relu("relu2");
  b.convolution("conv3", "relu2", 6, 8, 3, 1);
  b.relu("relu3");
  b.node("Flatten", "flatten", {"relu3"});
  b.gemm("fc", "flatten", 10, 6 * 8 * 8);
  return b;
}

std::vector<std::string> on_array(const Graph& graph, const ArrayMapping& mapping) {
  const ArrayAssignment assignment = assign_to_array(graph, mapping);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < graph.layers.size(); ++i)
    if (assignment.layers[i]) names.push_back(graph.layers[i].name);
  EXPECT_EQ(assignment.uses_array(), !names.empty());
  return names;
}

/// Of a layer's output: "8", "4" or "4 packed".
std::string format_of(const Graph& graph, const ArrayMapping& mapping, const std::string& name) {
  const ArrayAssignment assignment = assign_to_array(graph, mapping);
  for (const Layer& layer : graph.layers) {
    if (layer.name != name) continue;
    const TensorFormat& format = assignment.formats[layer.output.tensor];
    return std::to_string(format.bits) + (format.packed ? " packed" : "");
  }
  return "no such layer";
}

TEST(ArrayMapping, LeavesFirstAndLastLayerToTheNcu) {
  const Graph graph = read_network(chain().save());
  EXPECT_THAT(on_array(graph, {}), ElementsAre("conv2", "conv3"));
  EXPECT_EQ(format_of(graph, {}, "conv1"), "4");         // the NCU writes bytes
  EXPECT_EQ(format_of(graph, {}, "conv2"), "4 packed");  // from the array, for the array
  EXPECT_EQ(format_of(graph, {}, "conv3"), "8");         // the NCU may see more
  EXPECT_EQ(assign_to_array(graph, {}).formats[graph.input.tensor].bits, 8);
}

TEST(ArrayMapping, LeavesNamedLayersToTheNcu) {
  const Graph graph = read_network(chain().save());
  const ArrayMapping mapping{.ncu_layers = {"conv3"}};
  EXPECT_THAT(on_array(graph, mapping), ElementsAre("conv2"));
  EXPECT_EQ(format_of(graph, mapping, "conv2"), "8");
  EXPECT_THAT(on_array(graph, {.ncu_layers = {"conv2", "conv3"}}), ElementsAre());
}

/// A flattened map pairs other elements than channels.
TEST(ArrayMapping, ReshapedMapsAreNotPacked) {
  const Graph graph = read_network(chain().save());
  const ArrayMapping mapping{.first_and_last_on_ncu = false, .ncu_layers = {"conv1"}};
  EXPECT_THAT(on_array(graph, mapping), ElementsAre("conv2", "conv3", "fc"));
  EXPECT_EQ(format_of(graph, mapping, "conv3"), "4");
  EXPECT_EQ(format_of(graph, mapping, "fc"), "8");
}

/// Two pools between two layers of the array.
Graph pooled(const std::string& second_pool) {
  ModelBuilder b({1, 3, 8, 8});
  b.convolution("conv1", "input", 8, 3, 3, 1);
  b.convolution("conv2", "conv1", 8, 8, 3, 1);
  b.pool("MaxPool", "pool2", 2, 2);
  b.pool(second_pool, "pool3", 2, 2);
  b.convolution("conv3", "pool3", 8, 8, 1);
  b.convolution("conv4", "conv3", 8, 8, 1);
  return read_network(b.save());
}

TEST(ArrayMapping, MaximaHaveTheLevelsOfTheirMap) {
  const Graph graph = pooled("MaxPool");
  EXPECT_THAT(on_array(graph, {}), ElementsAre("conv2", "conv3"));
  EXPECT_EQ(format_of(graph, {}, "conv2"), "4");  // not packed: the NCU reads it
  EXPECT_EQ(format_of(graph, {}, "pool2"), "4");
  EXPECT_EQ(format_of(graph, {}, "pool3"), "4");
}

TEST(ArrayMapping, AveragesHaveLevelsOfTheirOwn) {
  const Graph graph = pooled("AveragePool");
  EXPECT_EQ(format_of(graph, {}, "conv1"), "4");
  EXPECT_EQ(format_of(graph, {}, "conv2"), "8");
  EXPECT_EQ(format_of(graph, {}, "pool2"), "8");
  EXPECT_EQ(format_of(graph, {}, "pool3"), "4");
}

TEST(ArrayMapping, WhatTheNcuReadsTooIsNotPacked) {
  ModelBuilder b({1, 3, 8, 8});
  b.convolution("conv1", "input", 8, 3, 3, 1);
  b.convolution("conv2", "conv1", 8, 8, 3, 1);
  b.convolution("conv3", "conv2", 8, 8, 3, 1);
  b.node("Add", "sum", {"conv3", "conv2"});
  b.convolution("conv4", "sum", 8, 8, 1);
  b.convolution("conv5", "conv4", 8, 8, 1);
  const Graph graph = read_network(b.save());
  EXPECT_EQ(format_of(graph, {}, "conv2"), "4");
  EXPECT_EQ(format_of(graph, {}, "conv3"), "8");
  EXPECT_EQ(format_of(graph, {}, "sum"), "4");
}

TEST(ArrayMapping, DepthwiseLayersReadPackedMapsAndWriteBytes) {
  ModelBuilder b({1, 3, 8, 8});
  b.convolution("conv1", "input", 8, 3, 3, 1);
  b.convolution("point", "conv1", 8, 8, 1);
  ModelBuilder::integer(b.convolution("depth", "point", 8, 1, 3, 1), "group", 8);
  ModelBuilder::integer(b.convolution("pairs", "depth", 8, 1, 3, 1), "group", 8);
  ModelBuilder::integer(b.convolution("halves", "pairs", 12, 4, 3, 1), "group", 2);
  b.convolution("conv2", "halves", 5, 12, 3, 1);
  b.convolution("conv3", "conv2", 8, 5, 1);
  b.convolution("conv4", "conv3", 8, 8, 1);
  const Graph graph = read_network(b.save());
  EXPECT_EQ(format_of(graph, {}, "point"), "4 packed");
  EXPECT_EQ(format_of(graph, {}, "depth"), "4");
  EXPECT_EQ(format_of(graph, {}, "halves"), "4 packed");  // six channels a group
  EXPECT_EQ(format_of(graph, {}, "conv2"), "4 packed");   // one group may be odd
}

TEST(ArrayMapping, WhatTheArrayCannotComputeStaysOnTheNcu) {
  ModelBuilder b({1, 3, 12, 12});
  b.convolution("conv1", "input", 4, 3, 3, 1);
  b.convolution("eight", "conv1", 4, 4, 8, 4);
  b.convolution("nine", "eight", 4, 4, 9, 4);
  b.convolution("conv4", "nine", 4, 4, 1);
  EXPECT_THAT(on_array(read_network(b.save()), {}), ElementsAre("eight"));
}

/// The second convolution of the input is not the first layer, but reads what the first one reads.
TEST(ArrayMapping, TheInputIsReadByTheNcu) {
  ModelBuilder b({1, 3, 8, 8});
  b.convolution("conv1", "input", 4, 3, 3, 1);
  b.pool("MaxPool", "pool", 3, 1);
  b.convolution("conv2", "input", 4, 3, 3);
  b.node("Add", "sum", {"pool", "conv2"});
  b.convolution("conv3", "sum", 4, 4, 1);
  b.convolution("conv4", "conv3", 4, 4, 1);
  EXPECT_THAT(on_array(read_network(b.save()), {}), ElementsAre("conv3"));
}

std::string error_of(const Graph& graph, const ArrayMapping& mapping) {
  try {
    assign_to_array(graph, mapping);
  } catch (const CompileError& error) {
    return error.what();
  }
  return "no error";
}

TEST(ArrayMapping, ImpossibleWishesAreNamed) {
  const Graph graph = read_network(chain().save());
  EXPECT_THAT(error_of(graph, {.ncu_layers = {"conv9"}}), HasSubstr("'conv9' shall stay on the NCU"));
  EXPECT_THAT(error_of(graph, {.ncu_layers = {"relu1"}}), HasSubstr("name of a layer with weights"));
  EXPECT_THAT(error_of(graph, {.first_and_last_on_ncu = false}),
              HasSubstr("node 'conv1' (Conv+Relu): reads 8-bit levels of the network's input"));
  for (const std::uint32_t columns : {0U, 1U, 31U, 65536U})
    EXPECT_THAT(error_of(graph, {.columns = columns}),
                HasSubstr("has " + std::to_string(columns) + " columns, expected an even number"));
}

}  // namespace
}  // namespace kasane::compiler::test
