#include "sw/compiler/dataset.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "kasane/dataset.h"
#include "sw/compiler/idx.h"

namespace kasane {
namespace {

void check_selection(const Dataset& dataset, std::size_t first, std::size_t count) {
  if (first > dataset.images() || count > dataset.images() - first || count == 0)
    throw std::invalid_argument("data set: images " + std::to_string(first) + " + " + std::to_string(count) +
                                " are not all there, expected at least one of " +
                                std::to_string(dataset.images()));
}

constexpr std::uint64_t align(std::uint64_t offset) {
  return (offset + 63) / 64 * 64;
}

}  // namespace

const std::vector<std::string>& fashion_mnist_classes() {
  static const std::vector<std::string> names = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                                 "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
  return names;
}

const std::vector<std::string>& mnist_classes() {
  static const std::vector<std::string> names = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
  return names;
}

Dataset load_idx_dataset(const std::filesystem::path& images, const std::filesystem::path& labels,
                         const std::vector<std::string>& class_names) {
  IdxArray pictures = read_idx(images, 3);
  IdxArray classes = read_idx(labels, 1);
  if (pictures.dims[0] != classes.dims[0])
    throw std::runtime_error(labels.string() + ": has " + std::to_string(classes.dims[0]) +
                             " labels, expected one for each of the " + std::to_string(pictures.dims[0]) +
                             " images of " + images.string());
  const std::uint8_t largest = *std::max_element(classes.values.begin(), classes.values.end());
  if (largest >= class_names.size())
    throw std::runtime_error(labels.string() + ": has label " + std::to_string(largest) +
                             ", expected less than " + std::to_string(class_names.size()));
  return {.channels = 1,
          .height = pictures.dims[1],
          .width = pictures.dims[2],
          .pixels = std::move(pictures.values),
          .labels = std::move(classes.values),
          .class_names = class_names};
}

std::vector<std::uint8_t> dataset_blob(const Dataset& dataset, std::size_t first, std::size_t count) {
  check_selection(dataset, first, count);
  const std::size_t pixels = count * dataset.image_bytes();
  const std::uint64_t labels_at = align(sizeof(kasane_dataset) + pixels);
  const std::uint64_t names_at = align(labels_at + count);
  const std::uint64_t total = align(names_at + dataset.class_names.size() * KASANE_CLASS_NAME_BYTES);
  if (total > std::numeric_limits<std::uint32_t>::max())
    throw std::invalid_argument("data set: " + std::to_string(count) + " images need " +
                                std::to_string(total) + " bytes, expected less than 4 GiB");
  kasane_dataset header{};
  header.magic = KASANE_DATASET_MAGIC;
  header.version = KASANE_DATASET_VERSION;
  header.images = static_cast<std::uint32_t>(count);
  header.classes = static_cast<std::uint32_t>(dataset.class_names.size());
  header.channels = dataset.channels;
  header.height = dataset.height;
  header.width = dataset.width;
  header.images_offset = sizeof(kasane_dataset);
  header.labels_offset = static_cast<std::uint32_t>(labels_at);
  header.class_names_offset = static_cast<std::uint32_t>(names_at);
  std::vector<std::uint8_t> blob(total);
  std::memcpy(blob.data(), &header, sizeof(header));
  std::memcpy(&blob[header.images_offset], &dataset.pixels[first * dataset.image_bytes()], pixels);
  std::memcpy(&blob[labels_at], &dataset.labels[first], count);
  for (std::size_t i = 0; i < dataset.class_names.size(); ++i) {
    const std::string name = dataset.class_names[i].substr(0, KASANE_CLASS_NAME_BYTES - 1);
    std::copy(name.begin(), name.end(),
              blob.begin() + static_cast<std::ptrdiff_t>(names_at + i * KASANE_CLASS_NAME_BYTES));
  }
  return blob;
}

compiler::CalibrationImages calibration_images(const Dataset& dataset, std::size_t first, std::size_t count) {
  check_selection(dataset, first, count);
  const auto begin = dataset.pixels.begin() + static_cast<std::ptrdiff_t>(first * dataset.image_bytes());
  return {dataset.channels,
          dataset.height,
          dataset.width,
          {begin, begin + static_cast<std::ptrdiff_t>(count * dataset.image_bytes())}};
}

}  // namespace kasane
