// The trained LeNet-5 on Fashion-MNIST: int8 accuracy against the accuracy that training reported in floating
// point.
#include <chrono>
#include <gtest/gtest.h>

#include "sw/compiler/compiler.h"
#include "sw/compiler/dataset.h"
#include "tests/unit/compiler/package_interpreter.h"

namespace kasane::compiler::test {
namespace {

const std::filesystem::path folder = "/usr/share/datasets/fashion-mnist";
const std::filesystem::path network = KASANE_SOURCE_DIR "/sw/networks/lenet5-fashion.onnx";

TEST(Lenet, KeepsItsAccuracyInInt8) {
  if (!std::filesystem::exists(folder))
    GTEST_SKIP() << "Debian package dataset-fashion-mnist is not installed";
  const Dataset training = load_idx_dataset(folder / "train-images-idx3-ubyte.gz",
                                            folder / "train-labels-idx1-ubyte.gz", fashion_mnist_classes());
  const Dataset test = load_idx_dataset(folder / "t10k-images-idx3-ubyte.gz",
                                        folder / "t10k-labels-idx1-ubyte.gz", fashion_mnist_classes());
  const auto package = compile(network, calibration_images(training, 0, 256), {1U << 16, 1U << 17});
  kasane::test::PackageInterpreter interpreter(package);
  constexpr std::size_t images = 1000;
  std::size_t right = 0;
  for (std::size_t i = 0; i < images; ++i) {
    const auto output = interpreter.run(std::span(test.pixels).subspan(i * 784, 784));
    const auto best = std::max_element(output.begin(), output.end(), [](std::uint8_t a, std::uint8_t b) {
      return static_cast<std::int8_t>(a) < static_cast<std::int8_t>(b);
    });
    right += test.labels[i] == best - output.begin();
  }
  // sw/networks/lenet5-fashion.json: 0.9111 on all 10000 images; three standard deviations of 1000 are 0.027.
  RecordProperty("right_of_1000", static_cast<int>(right));
  EXPECT_GT(right, images * 884 / 1000);
}

}  // namespace
}  // namespace kasane::compiler::test
