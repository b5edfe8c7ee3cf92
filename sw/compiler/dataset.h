/// Labelled image sets on the host, and the form in which firmware finds them (kasane/dataset.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sw/compiler/calibration.h"

namespace kasane {

struct Dataset {
  std::uint32_t channels = 1;
  std::uint32_t height = 0;
  std::uint32_t width = 0;
  std::vector<std::uint8_t> pixels;  ///< channels x height x width an image
  std::vector<std::uint8_t> labels;  ///< one an image
  std::vector<std::string> class_names;

  std::size_t images() const { return labels.size(); }
  std::size_t image_bytes() const { return std::size_t{channels} * height * width; }
};

const std::vector<std::string>& fashion_mnist_classes();
const std::vector<std::string>& mnist_classes();

/// Reads images (IDX of three dimensions) and labels (of one), plain or gzip'd. Throws std::runtime_error
/// with one line for a bad file, unequal numbers of images and labels, or a label without a class name.
Dataset load_idx_dataset(const std::filesystem::path& images, const std::filesystem::path& labels,
                         const std::vector<std::string>& class_names);

/// Images first ... first + count, as firmware reads them; class names are cut to 15 characters. Throws
/// std::invalid_argument if there are not that many images.
std::vector<std::uint8_t> dataset_blob(const Dataset& dataset, std::size_t first, std::size_t count);

/// The same selection for the compiler.
compiler::CalibrationImages calibration_images(const Dataset& dataset, std::size_t first, std::size_t count);

}  // namespace kasane
