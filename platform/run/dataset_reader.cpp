#include "platform/run/dataset_reader.h"

#include <stdexcept>

#include "sw/compiler/cifar10.h"

namespace kasane {
namespace {

const std::vector<std::string>& idx_classes(DatasetKind kind) {
  return kind == DatasetKind::fashion_mnist ? fashion_mnist_classes() : mnist_classes();
}

/// The IDX file of this name, as distributed: compressed, or plain.
std::filesystem::path idx_file(const std::filesystem::path& folder, const std::string& name) {
  const std::filesystem::path plain = folder / name;
  return std::filesystem::exists(plain) ? plain : folder / (name + ".gz");
}

Dataset read_idx_images(const DatasetConfig& config, const std::string& split) {
  return load_idx_dataset(idx_file(config.source, split + "-images-idx3-ubyte"),
                          idx_file(config.source, split + "-labels-idx1-ubyte"), idx_classes(config.kind));
}

}  // namespace

Dataset read_test_images(const DatasetConfig& config) {
  if (config.kind == DatasetKind::cifar10)
    return load_cifar10(config.source, Cifar10Split::test, config.images);
  Dataset test = read_idx_images(config, "t10k");
  if (config.images > test.images()) {
    throw std::invalid_argument("dataset.images: the test set has " + std::to_string(test.images()) +
                                " images, expected no more than these");
  }
  return test;
}

Dataset read_training_images(const DatasetConfig& config) {
  if (config.kind == DatasetKind::cifar10)
    return load_cifar10(config.source, Cifar10Split::training, config.calibration_images);
  Dataset training = read_idx_images(config, "train");
  if (config.calibration_images > training.images()) {
    throw std::invalid_argument("dataset.calibration_images: the training set has " +
                                std::to_string(training.images()) + " images, expected no more than these");
  }
  return training;
}

std::string dataset_name(DatasetKind kind) {
  switch (kind) {
    case DatasetKind::fashion_mnist:
      return "Fashion-MNIST";
    case DatasetKind::mnist:
      return "MNIST";
    case DatasetKind::cifar10:
      return "CIFAR-10";
  }
  return "";
}

}  // namespace kasane
