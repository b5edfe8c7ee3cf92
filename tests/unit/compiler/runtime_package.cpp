#include "tests/unit/compiler/runtime_package.h"

#include <gtest/gtest.h>
#include <random>

#include "tests/unit/compiler/model_builder.h"
#include "tests/unit/compiler/package_interpreter.h"

extern "C" {
#include "sw/runtime/network.h"
#include "sw/runtime/package.h"
#include "sw/runtime/software_executor.h"
}

namespace kasane::compiler::test {
namespace {

Shape input_of(const std::vector<std::uint8_t>& package) {
  const kasane_tensor_info input = PackageView(package).header().input;
  return {input.channels, input.height, input.width};
}

}  // namespace

const char* runtime_check(AlignedBytes& package) {
  return package_check(reinterpret_cast<const kasane_package_header*>(package.data()), package.size())
      .message;
}

std::vector<std::uint8_t> run_on_runtime(AlignedBytes& package, std::span<const std::uint8_t> pixels,
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
  std::vector<std::uint8_t> outputs;
  for (std::uint32_t i = 0; i < loaded.header.exit_count; ++i) {
    const kasane_exit& exit = loaded.exits[i];
    const auto* output =
        static_cast<std::uint8_t*>(network_place(&loaded, KASANE_SPACE_OUTPUT, exit.output_offset));
    outputs.insert(outputs.end(), output, output + exit.output.bytes);
  }
  return outputs;
}

void expect_runtime_computes_as_references(const std::vector<std::uint8_t>& bytes) {
  AlignedBytes package(bytes);
  ASSERT_EQ(runtime_check(package), nullptr);
  kasane::test::PackageInterpreter interpreter(bytes);
  const Shape input = input_of(bytes);
  const CalibrationImages images = random_images(input, 10, 5);
  for (std::size_t i = 0; i < 10; ++i) {
    const auto pixels = std::span(images.pixels).subspan(i * input.elements(), input.elements());
    std::uint32_t error = 0;
    interpreter.run(pixels);
    std::vector<std::uint8_t> expected;
    for (std::size_t exit = 0; exit < interpreter.view().exits().size(); ++exit) {
      const auto output = interpreter.output(exit);
      expected.insert(expected.end(), output.begin(), output.end());
    }
    EXPECT_EQ(run_on_runtime(package, pixels, error), expected);
    EXPECT_EQ(error, std::uint32_t{KASANE_ERROR_NONE});
  }
}

void expect_damage_is_contained(const std::vector<std::uint8_t>& good, int rounds,
                                std::uint32_t engine_error) {
  const kasane_package_header header = PackageView(good).header();
  const std::uint32_t interesting[] = {0, 1, 2, 4, 0x7F, 0xFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
  const auto pixels = random_images(input_of(good), 1, 5).pixels;
  std::mt19937 random(7);
  int accepted = 0;
  int refused = 0;
  for (int round = 0; round < rounds; ++round) {
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
    if (runtime_check(package) != nullptr) {
      ++refused;
      continue;
    }
    ++accepted;
    std::uint32_t error = 0;
    run_on_runtime(package, pixels, error);
    ASSERT_TRUE(error == KASANE_ERROR_NONE || error == KASANE_ERROR_PARAMETER || error == engine_error)
        << error;
  }
  // Both outcomes must be common, or the test looks at one of them only.
  EXPECT_GT(accepted, rounds / 12);
  EXPECT_GT(refused, rounds / 12);
}

}  // namespace kasane::compiler::test
