// Writes labels, then pixels of a selection from CIFAR-10, for comparison: ARCHIVE train|test IMAGES FILE.
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>

#include "sw/compiler/cifar10.h"

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  try {
    const auto split =
        std::string(argv[2]) == "test" ? kasane::Cifar10Split::test : kasane::Cifar10Split::training;
    const kasane::Dataset dataset = kasane::load_cifar10(argv[1], split, std::stoul(argv[3]));
    std::ofstream file(argv[4], std::ios::binary);
    file.write(reinterpret_cast<const char*>(dataset.labels.data()),
               static_cast<std::streamsize>(dataset.labels.size()));
    file.write(reinterpret_cast<const char*>(dataset.pixels.data()),
               static_cast<std::streamsize>(dataset.pixels.size()));
    return file.good() ? EXIT_SUCCESS : EXIT_FAILURE;
  } catch (const std::exception& error) {
    std::cerr << "cifar10_probe: " << error.what() << '\n';
    return 2;
  }
}
