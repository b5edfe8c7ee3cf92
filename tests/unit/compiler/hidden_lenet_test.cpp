// The trained hidden LeNet on Fashion-MNIST: both engines agree bit by bit, and are as accurate as training
// reported in floating point.
#include <gtest/gtest.h>

#include "sw/compiler/compiler.h"
#include "sw/compiler/dataset.h"
#include "sw/compiler/mask_statistics.h"
#include "tests/unit/compiler/package_interpreter.h"

namespace kasane::compiler::test {
namespace {

using kasane::test::PackageInterpreter;

const std::filesystem::path folder = "/usr/share/datasets/fashion-mnist";
const std::filesystem::path network = KASANE_SOURCE_DIR "/sw/networks/hidden-lenet-fashion-k30.onnx";

CompileOptions for_engine() {
  CompileOptions options;
  options.hiddenite.emplace();
  return options;
}

/// Weight Memory holds all masks, or parts of the largest layer's only.
TEST(HiddenLenet, EnginesAgreeAndKeepTheAccuracy) {
  if (!std::filesystem::exists(folder))
    GTEST_SKIP() << "Debian package dataset-fashion-mnist is not installed";
  const Dataset training = load_idx_dataset(folder / "train-images-idx3-ubyte.gz",
                                            folder / "train-labels-idx1-ubyte.gz", fashion_mnist_classes());
  const Dataset test = load_idx_dataset(folder / "t10k-images-idx3-ubyte.gz",
                                        folder / "t10k-labels-idx1-ubyte.gz", fashion_mnist_classes());
  const CalibrationImages calibration = calibration_images(training, 0, 64);
  const auto image = [&](std::size_t i) { return std::span(test.pixels).subspan(i * 784, 784); };
  const auto resident = compile(network, calibration, {1U << 16, 1U << 17}, for_engine());
  const auto streamed = compile(network, calibration, {1U << 15, 1U << 13}, for_engine());
  const auto ncu = compile(network, calibration, {1U << 16, 1U << 19});
  EXPECT_GT(PackageView(streamed).header().command_count, PackageView(resident).header().command_count);
  PackageInterpreter on_engine(resident);
  PackageInterpreter in_parts(streamed);
  PackageInterpreter on_ncu(ncu);
  constexpr std::size_t compared = 10;
  constexpr std::size_t images = 200;
  std::size_t right = 0;
  for (std::size_t i = 0; i < images; ++i) {
    const auto output = on_engine.run(image(i));
    if (i < compared) {
      EXPECT_EQ(in_parts.run(image(i)), output) << i;
      EXPECT_EQ(on_ncu.run(image(i)), output) << i;
    }
    const auto best = std::max_element(output.begin(), output.end(), [](std::uint8_t a, std::uint8_t b) {
      return static_cast<std::int8_t>(a) < static_cast<std::int8_t>(b);
    });
    right += test.labels[i] == best - output.begin();
  }
  // sw/networks/hidden-lenet-fashion-k30.json: 0.9147 on all 10000 images; three standard deviations of 200
  // are 0.059.
  RecordProperty("right_of_200", static_cast<int>(right));
  EXPECT_GT(right, images * 855 / 1000);
}

/// 30 % of the weights are kept: two bits a field, 0.913 bits a weight.
TEST(HiddenLenet, MasksTakeLessThanABitAWeight) {
  const Shape input{1, 28, 28};
  CalibrationImages images{1, 28, 28, std::vector<std::uint8_t>(input.elements(), 100)};
  const auto package = compile(network, images, {1U << 16, 1U << 17}, for_engine());
  const PackageView view(package);
  std::uint64_t weights = 0;
  std::uint64_t kept = 0;
  std::uint64_t bytes = 0;
  for (const kasane_layer& layer : view.layers()) {
    weights += layer.hidden_weights;
    kept += layer.kept_weights;
    bytes += layer.weight_bytes;
  }
  EXPECT_EQ(weights, 32U * 25 + 64 * 800 + 256 * 1600 + 10 * 256);
  EXPECT_NEAR(static_cast<double>(kept), 0.3 * static_cast<double>(weights), 4);
  const std::uint64_t parameters = (32 + 64 + 256 + 10) * sizeof(kasane_channel_parameters);
  EXPECT_NEAR(8 * static_cast<double>(bytes - parameters) / static_cast<double>(weights), 0.913, 0.02);
  // The statistics for reports say the same.
  const ModelTransfer transfer = model_transfer(mask_statistics(read_network(network), 8));
  EXPECT_EQ(transfer.weights, weights);
  EXPECT_EQ(transfer.parameters, parameters);
  EXPECT_EQ(transfer.masks + transfer.tables, bytes - parameters);
  EXPECT_EQ(transfer.hidden(), bytes + 4 * sizeof(std::uint32_t));
  EXPECT_LT(transfer.hidden(), transfer.binary());
}

}  // namespace
}  // namespace kasane::compiler::test
