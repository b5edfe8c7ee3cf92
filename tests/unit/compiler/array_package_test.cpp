// A compiled package for the Cartesian-product array in the hands of the chip's runtime: it computes what the
// references compute, and damaged on purpose it is refused or stays within its memories (the sanitizers
// watch).
#include <gtest/gtest.h>
#include <random>

#include "tests/unit/compiler/package_interpreter.h"
#include "tests/unit/compiler/trained_model.h"
#include "tests/unit/software/small_package.h"

extern "C" {
#include "sw/runtime/network.h"
#include "sw/runtime/package.h"
#include "sw/runtime/software_executor.h"
}

namespace kasane::compiler::test {
namespace {

const Shape input{2, 5, 6};

/// Byte maps, a packed map, a group of each kind, a fully connected layer.
std::vector<std::uint8_t> array_package() {
  TrainedModel b({1, 2, 5, 6}, 41);
  b.convolution_of("conv1", {.outputs = 6, .inputs = 2, .kernel = 3, .levels = 127, .high = 1.4831F});
  b.convolution_of("conv2", {.outputs = 8, .inputs = 6, .kernel = 3, .kept_of_nine = 4, .high = 1.2177F});
  b.convolution_of("conv3", {.outputs = 6, .inputs = 8, .groups = 2, .high = 0.9463F});
  b.node("Flatten", "flatten", {b.last});
  b.fully_connected_of("fc", {.outputs = 5, .inputs = 180, .high = 0});
  CompileOptions options;
  options.array = ArrayMapping{4, false, {"conv1"}};
  return compile(b.save(), random_images(input, 4, 3), {1U << 16, 1500}, options);
}

const char* check(AlignedBytes& package) {
  return package_check(reinterpret_cast<const kasane_package_header*>(package.data()), package.size())
      .message;
}

/// The output of a package that passed the check, executed in software on one image; empty if memory is
/// short.
std::vector<std::uint8_t> run(AlignedBytes& package, std::span<const std::uint8_t> pixels,
                              std::uint32_t& error) {
  AlignedBytes memory(1U << 16);
  AlignedBytes monitor_registers(KASANE_MONITOR_REGISTER_BYTES);
  const auto begin = reinterpret_cast<std::uintptr_t>(memory.data());
  network_places places{{begin, begin}, {begin, begin + memory.size()}, 0, 0, 0, 0};
  const run_monitor monitor{reinterpret_cast<std::uintptr_t>(monitor_registers.data())};
  network loaded{};
  error = KASANE_ERROR_NONE;
  if (!network_load(&loaded, reinterpret_cast<const kasane_package_header*>(package.data()), &places))
    return {};
  const executor software = executor_of_software(&loaded);
  network_result result = network_set_up(&loaded, &software, &monitor);
  auto* bytes = static_cast<std::uint8_t*>(network_place(&loaded, KASANE_SPACE_INPUT, 0));
  for (std::uint32_t i = 0; i < loaded.header.input.bytes; ++i)
    bytes[i] = static_cast<std::uint8_t>(pixels[i % pixels.size()] - 128);
  if (result.error == KASANE_ERROR_NONE) result = network_infer(&loaded, &software, &monitor);
  error = result.error;
  const auto* output = static_cast<std::uint8_t*>(network_place(&loaded, KASANE_SPACE_OUTPUT, 0));
  return {output, output + loaded.header.output.bytes};
}

TEST(ArrayPackage, ComputesOnTheChipWhatTheReferencesCompute) {
  const auto bytes = array_package();
  AlignedBytes package(bytes);
  ASSERT_EQ(check(package), nullptr);
  kasane::test::PackageInterpreter interpreter(bytes);
  const CalibrationImages images = random_images(input, 10, 5);
  for (std::size_t i = 0; i < 10; ++i) {
    const auto pixels = std::span(images.pixels).subspan(i * input.elements(), input.elements());
    std::uint32_t error = 0;
    EXPECT_EQ(run(package, pixels, error), interpreter.run(pixels));
    EXPECT_EQ(error, std::uint32_t{KASANE_ERROR_NONE});
  }
}

/// One to three words of the layers' commands and of what they load.
TEST(ArrayPackage, DamageWithARightCrcNeverLeavesItsMemories) {
  const auto good = array_package();
  kasane_package_header header;
  std::memcpy(&header, good.data(), sizeof header);
  const std::uint32_t interesting[] = {0, 1, 2, 4, 0x7F, 0xFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
  const auto pixels = random_images(input, 1, 5).pixels;
  std::mt19937 random(7);
  int accepted = 0;
  int refused = 0;
  for (int round = 0; round < 6000; ++round) {
    auto bytes = good;
    for (auto changes = 1 + random() % 3; changes > 0; --changes) {
      const std::size_t from = header.commands_offset;
      const std::size_t at = from + random() % (header.data_offset + header.data_bytes - from - 4);
      const std::uint32_t value =
          random() % 2 != 0 ? interesting[random() % 10] : static_cast<std::uint32_t>(random());
      std::memcpy(&bytes[at], &value, 1 + random() % 4);
    }
    seal(bytes);
    AlignedBytes package(bytes);
    if (check(package) != nullptr) {
      ++refused;
      continue;
    }
    ++accepted;
    std::uint32_t error = 0;
    run(package, pixels, error);
    ASSERT_TRUE(error == KASANE_ERROR_NONE || error == KASANE_ERROR_PARAMETER) << error;
  }
  // Both outcomes must be common, or the test looks at one of them only.
  EXPECT_GT(accepted, 500);
  EXPECT_GT(refused, 500);
}

}  // namespace
}  // namespace kasane::compiler::test
