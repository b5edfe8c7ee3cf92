/// The images that a scenario asks for, from whatever kind of data set.
#pragma once

#include <string>

#include "platform/scenario/scenario.h"
#include "sw/compiler/dataset.h"

namespace kasane {

/// At least the scenario's `images` test images. An IDX set is there whole, so that what a run needs does not
/// grow with their number; of CIFAR-10 only the images asked for are decoded. Throws with one line if a file
/// is absent or damaged, or there are fewer images.
Dataset read_test_images(const DatasetConfig& config);

/// At least the scenario's `calibration_images` training images, likewise.
Dataset read_training_images(const DatasetConfig& config);

/// As people write it: "Fashion-MNIST".
std::string dataset_name(DatasetKind kind);

}  // namespace kasane
