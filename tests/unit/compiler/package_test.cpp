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

/// The package has one exit.
void set_exit(std::vector<std::uint8_t>& package, std::size_t offset, std::uint32_t value) {
  set_header(package, header_of(package).exits_offset + offset, value);
}

TEST(Package, ExitsThatContradictTheirStepsAreRefused) {
  using ::testing::HasSubstr;
  EXPECT_THAT(error_after([](auto& p) { set_header(p, offsetof(kasane_package_header, exit_count), 0); }),
              HasSubstr("has 0 exits, expected 1 to 8"));
  EXPECT_THAT(error_after([](auto& p) { set_header(p, offsetof(kasane_package_header, exit_count), 9); }),
              HasSubstr("expected 1 to 8"));
  EXPECT_THAT(
      error_after([](auto& p) { set_header(p, offsetof(kasane_package_header, exits_offset), 0xFFFFFFC0); }),
      HasSubstr("exit table"));
  EXPECT_THAT(error_after([](auto& p) { set_exit(p, offsetof(kasane_exit, first_step), 0); }),
              HasSubstr("exit 0 has steps 0 to"));
  EXPECT_THAT(
      error_after([](auto& p) { set_exit(p, offsetof(kasane_exit, end_step), header_of(p).step_count - 1); }),
      HasSubstr("last exit ends at step"));
  EXPECT_THAT(error_after([](auto& p) { set_exit(p, offsetof(kasane_exit, end_step), 0xFFFFFFFF); }),
              HasSubstr("exit 0 has steps"));
  EXPECT_THAT(error_after([](auto& p) { set_exit(p, offsetof(kasane_exit, output_offset), 0xFFFFFFFF); }),
              HasSubstr("has its output at 4294967295 + 8"));
  EXPECT_THAT(error_after([](auto& p) { set_exit(p, offsetof(kasane_exit, run_by), 2); }),
              HasSubstr("is run by 2"));
  EXPECT_THAT(error_after([](auto& p) { set_exit(p, offsetof(kasane_exit, run_by), 1 << 8); }),
              HasSubstr("uses the exit unit, expected its step"));
  EXPECT_THAT(error_after([](auto& p) { set_exit(p, offsetof(kasane_exit, name_offset), 0x7FFFFFFF); }),
              HasSubstr("string"));
}

TEST(Package, OnlyTheNcusRecordsCanBeTheCpus) {
  const auto run_by_cpu = [](std::uint16_t kind) {
    return error_after([&](auto& p) {
      const PackageView view(p);
      for (std::size_t i = 0; i < view.steps().size(); ++i) {
        if (view.steps()[i].kind != kind) continue;
        p[header_of(p).steps_offset + i * sizeof(kasane_step) + offsetof(kasane_step, run_by)] = 1;
        return;
      }
    });
  };
  EXPECT_THAT(run_by_cpu(KASANE_STEP_DMA), ::testing::HasSubstr("is run by 1, expected 0"));
  // The package has no memory for the CPU's maps.
  EXPECT_THAT(run_by_cpu(KASANE_STEP_NCU), ::testing::HasSubstr("inside the 0 bytes of space 9"));
}

}  // namespace
}  // namespace kasane::compiler::test
