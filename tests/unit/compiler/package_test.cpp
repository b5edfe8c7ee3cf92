// The validating reader of packages.
#include <boost/crc.hpp>
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sw/compiler/package_view.h"
#include "tests/unit/compiler/model_builder.h"

namespace kasane::compiler::test {
namespace {

std::vector<std::uint8_t> small_package() {
  ModelBuilder b({1, 1, 4, 4});
  b.convolution("/conv1/Conv", "input", 2, 1, 3);
  return compile(b.save(), random_images({1, 4, 4}, 2, 1), {1024, 1024});
}

/// With a right checksum, so that only the change itself can be found.
template <typename Change>
std::string error_after(const Change& change) {
  auto package = small_package();
  change(package);
  const std::uint32_t zero = 0;
  std::memcpy(&package[offsetof(kasane_package_header, crc32)], &zero, 4);
  boost::crc_32_type crc;
  crc.process_bytes(package.data(), package.size());
  const std::uint32_t sum = crc.checksum();
  std::memcpy(&package[offsetof(kasane_package_header, crc32)], &sum, 4);
  try {
    PackageView view(package);
  } catch (const PackageError& error) {
    return error.what();
  }
  return "no error";
}

void set_header(std::vector<std::uint8_t>& package, std::size_t offset, std::uint32_t value) {
  std::memcpy(&package[offset], &value, sizeof(value));
}

kasane_package_header header_of(const std::vector<std::uint8_t>& package) {
  kasane_package_header header;
  std::memcpy(&header, package.data(), sizeof(header));
  return header;
}

TEST(Package, NamesLoseWhatExportersAdd) {
  const auto package = small_package();
  EXPECT_EQ(PackageView(package).layer_name(0), "conv1");
  EXPECT_EQ(PackageView(package).name(), "test");
}

TEST(Package, EveryFlippedByteIsDetected) {
  auto package = small_package();
  for (std::size_t i = 0; i < package.size(); ++i) {
    package[i] ^= 0x10;
    EXPECT_THROW(PackageView{package}, PackageError) << "byte " << i;
    package[i] ^= 0x10;
  }
  EXPECT_NO_THROW(PackageView{package});
}

TEST(Package, EveryTruncationIsDetected) {
  const auto package = small_package();
  for (std::size_t bytes = 0; bytes < package.size(); bytes += 7)
    EXPECT_THROW(PackageView(std::span(package).first(bytes)), PackageError) << bytes;
}

TEST(Package, TablesOutsideThePackageAreRefused) {
  using ::testing::HasSubstr;
  EXPECT_THAT(
      error_after([](auto& p) { set_header(p, offsetof(kasane_package_header, step_count), 0xFFFFFFFF); }),
      HasSubstr("step table"));
  EXPECT_THAT(
      error_after([](auto& p) { set_header(p, offsetof(kasane_package_header, layers_offset), 0xFFFFFFC0); }),
      HasSubstr("layer table"));
  EXPECT_THAT(
      error_after([](auto& p) { set_header(p, offsetof(kasane_package_header, commands_offset), 129); }),
      HasSubstr("commands is at 129"));
  EXPECT_THAT(
      error_after([](auto& p) { set_header(p, offsetof(kasane_package_header, name_offset), 0x7FFFFFFF); }),
      HasSubstr("string"));
  EXPECT_THAT(error_after([](auto& p) { set_header(p, offsetof(kasane_package_header, version), 4); }),
              HasSubstr("version 4, expected 5"));
}

TEST(Package, CommandsThatLeaveTheirMemoryAreRefused) {
  using ::testing::HasSubstr;
  EXPECT_THAT(error_after([](auto& p) { set_header(p, offsetof(kasane_package_header, fmm_bytes), 8); }),
              HasSubstr("inside the 8 bytes of space 2"));
  EXPECT_THAT(error_after([](auto& p) { set_header(p, offsetof(kasane_package_header, wm_bytes), 4); }),
              HasSubstr("space 3"));
  EXPECT_THAT(error_after([](auto& p) {
                set_header(p, header_of(p).commands_offset + offsetof(kasane_dma_copy, source), 0xFFFFFFFF);
              }),
              HasSubstr("space 1"));
  EXPECT_THAT(error_after([](auto& p) { set_header(p, header_of(p).commands_offset, 0x77); }),
              HasSubstr("opcode"));
}

}  // namespace
}  // namespace kasane::compiler::test
