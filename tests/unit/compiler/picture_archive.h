/// Writes small archives of JPEG pictures for tests.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace kasane {

struct Colour {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
};

/// A JPEG picture of one colour; `components` 1 is grey (of the red value), 3 is colour, 4 is CMYK.
std::string jpeg_file(Colour colour, unsigned width = 32, unsigned height = 32, int components = 3);

struct Member {
  std::string name;
  std::string content;
};

/// Writes a tar.gz; a name that ends in "/" is a folder.
void write_archive(const std::filesystem::path& file, const std::vector<Member>& members);

}  // namespace kasane
