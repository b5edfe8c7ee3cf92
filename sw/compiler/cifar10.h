/// CIFAR-10 from a tar.gz archive of JPEG pictures: train/<class>/<number>.jpg and test/<class>/<number>.jpg.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sw/compiler/dataset.h"

namespace kasane {

/// In alphabetical order; a class's number is its place here.
const std::vector<std::string>& cifar10_classes();

enum class Cifar10Split : std::uint8_t { training, test };

/// `images` pictures of one split, 3 x 32 x 32 (red, green, blue), taken round-robin: the first of every
/// class in order of file name, then the second of every class, ... So any first N are as balanced as N
/// permits, wherever the pictures lie in the archive. Only these are kept and decoded, but the archive is
/// read to its end, its checksum included. Members that are not named *.jpg are passed over. Throws
/// std::runtime_error with one line for an archive that is absent or damaged, has too few pictures, or one
/// that is no 32 x 32 JPEG.
Dataset load_cifar10(const std::filesystem::path& archive, Cifar10Split split, std::size_t images);

}  // namespace kasane
