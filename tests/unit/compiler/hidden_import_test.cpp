// What is a hidden network and what is not: metadata, constants and signs, and what folding may do to them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/compiler/hidden_model.h"

namespace kasane::compiler::test {
namespace {

using ::testing::HasSubstr;

const std::filesystem::path trained = KASANE_SOURCE_DIR "/sw/networks/hidden-lenet-fashion-k30.onnx";

HiddenModel two_layers() {
  HiddenModel b({1, 2, 6, 6});
  b.hidden_convolution("conv", "input", {.outputs = 4, .inputs = 2});
  b.node("Flatten", "flatten", {b.last});
  b.hidden_vector("fc", 5, 4 * 36, 0.3);
  return b;
}

std::string error_of(ModelBuilder& b) {
  const auto file = b.save();
  try {
    read_network(file);
  } catch (const CompileError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    EXPECT_THAT(error.what(), HasSubstr("expected"));
    return error.what();
  }
  return "no error";
}

float& weight(ModelBuilder& b, const std::string& name, int index) {
  for (auto& tensor : *b.model.mutable_graph()->mutable_initializer())
    if (tensor.name() == name) return (*tensor.mutable_float_data())[index];
  throw std::invalid_argument(name);
}

/// The index of the first weight that is, or is not, kept after the first kept one.
int index_of(ModelBuilder& b, const std::string& name, bool kept) {
  int index = 0;
  while (weight(b, name, index) == 0) ++index;
  do ++index;
  while ((weight(b, name, index) != 0) != kept);
  return index;
}

TEST(HiddenImport, LayersKnowGeneratorAndSeed) {
  auto b = two_layers();
  const Graph graph = read_network(b.save());
  ASSERT_EQ(graph.layers.size(), 2U);
  for (const Layer& layer : graph.layers) ASSERT_TRUE(layer.hidden);
  EXPECT_EQ(graph.layers[0].hidden->generator, std::uint32_t{KASANE_GENERATOR_MURMUR});
  EXPECT_NE(graph.layers[0].hidden->seed, graph.layers[1].hidden->seed);
  for (const Layer& layer : graph.layers)
    for (std::uint32_t i = 0; i < layer.weights.size(); ++i) {
      if (layer.weights[i] == 0) continue;
      const int sign = kasane_random_sign(layer.hidden->generator, layer.hidden->seed, i);
      EXPECT_EQ(layer.weights[i] > 0, sign > 0) << i;
    }
}

/// sw/networks/hidden-lenet-fashion-k30.json
TEST(HiddenImport, ReadsATrainedNetwork) {
  const Graph graph = read_network(trained);
  std::vector<std::uint32_t> seeds;
  for (const Layer& layer : graph.layers)
    if (layer.hidden) seeds.push_back(layer.hidden->seed);
  EXPECT_THAT(seeds, ::testing::ElementsAre(1364076727, 2527132011, 314344336, 2535364964));
}

TEST(HiddenImport, OrdinaryNetworksHaveNoHiddenLayers) {
  const Graph graph = read_network(KASANE_SOURCE_DIR "/sw/networks/lenet5-fashion.onnx");
  for (const Layer& layer : graph.layers) EXPECT_FALSE(layer.hidden);
}

TEST(HiddenImport, ASecondMagnitudeIsNamed) {
  auto b = two_layers();
  const int index = index_of(b, "fc.weight", true);
  weight(b, "fc.weight", index) *= 1.0000002F;
  const std::string error = error_of(b);
  EXPECT_THAT(error, HasSubstr("node 'fc' (Gemm): weight " + std::to_string(index) + " is "));
  EXPECT_THAT(error, HasSubstr("as large as the first weight that is not 0"));
}

TEST(HiddenImport, AWrongSignIsNamed) {
  auto b = two_layers();
  const int index = index_of(b, "conv.weight", true);
  weight(b, "conv.weight", index) *= -1;
  const std::string error = error_of(b);
  EXPECT_THAT(error, HasSubstr("node 'conv' (Conv): weight " + std::to_string(index) + " is "));
  EXPECT_THAT(error, HasSubstr("generator murmur makes of seed "));
}

TEST(HiddenImport, TheOtherGeneratorsSignsAreRefused) {
  HiddenModel b({1, 2, 6, 6}, KASANE_GENERATOR_XORSHIFT);
  b.hidden_convolution("conv", "input", {.outputs = 40, .inputs = 2});
  EXPECT_EQ(error_of(b), "no error");
  b.model.mutable_metadata_props(0)->set_value("murmur");
  EXPECT_THAT(error_of(b), HasSubstr("generator murmur makes of seed"));
}

TEST(HiddenImport, MetadataThatCannotBeAreRefused) {
  auto unknown = two_layers();
  unknown.model.mutable_metadata_props(0)->set_value("mersenne");
  EXPECT_THAT(error_of(unknown), HasSubstr("'weight_generator' is 'mersenne', expected murmur or xorshift"));
  for (const char* seed : {"", "12x", "-1", "4294967296", "0x12", " 7"}) {
    auto b = two_layers();
    b.model.mutable_metadata_props(1)->set_value(seed);
    EXPECT_THAT(error_of(b),
                HasSubstr("'seed:conv.weight' is '" + std::string(seed) + "', expected a number"));
  }
  auto spare = two_layers();
  spare.metadata("seed:conv2.weight", "1");
  EXPECT_THAT(error_of(spare), HasSubstr("'conv2.weight', expected the weights of a Conv or Gemm"));
  auto no_generator = two_layers();
  no_generator.model.mutable_metadata_props()->DeleteSubrange(0, 1);
  EXPECT_THAT(error_of(no_generator), HasSubstr("not 'weight_generator', expected both"));
  auto no_seeds = two_layers();
  no_seeds.model.mutable_metadata_props()->DeleteSubrange(1, 2);
  EXPECT_THAT(error_of(no_seeds), HasSubstr("not 'seed:...', expected both"));
}

/// Otherwise trained weights would go unseen into a network that claims to have none.
TEST(HiddenImport, EveryLayerNeedsASeed) {
  auto b = two_layers();
  b.model.mutable_metadata_props()->DeleteSubrange(2, 1);
  EXPECT_THAT(error_of(b), HasSubstr("node 'fc' (Gemm): has weights without seed in a hidden network, "
                                     "expected metadata 'seed:fc.weight'"));
}

TEST(HiddenImport, NormalisationMayNotTurnSigns) {
  for (const float low : {-1.0F, 0.0F}) {
    HiddenModel b({1, 2, 6, 6});
    b.hidden_convolution("conv", "input", {.outputs = 4, .inputs = 2}, false);
    b.normalise("second", 4, low, low);
    EXPECT_THAT(error_of(b), HasSubstr("node 'second.norm' (BatchNormalization): multiplies output channel 0 "
                                       "of hidden layer 'conv' by "));
  }
  HiddenModel b({1, 2, 6, 6});
  b.hidden_convolution("conv", "input", {.outputs = 4, .inputs = 2}, false);
  b.normalise("second", 4, 0.01F, 100);
  EXPECT_EQ(error_of(b), "no error");
}

}  // namespace
}  // namespace kasane::compiler::test
