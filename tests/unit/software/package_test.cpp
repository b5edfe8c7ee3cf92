/// A good package runs; a damaged one is refused; one that is damaged on purpose, with a right CRC, is
/// refused or runs within its memories (the sanitizers watch).
#include <algorithm>
#include <gtest/gtest.h>
#include <random>

#include "tests/unit/software/small_package.h"

extern "C" {
#include "sw/runtime/network.h"
#include "sw/runtime/package.h"
#include "sw/runtime/software_executor.h"
}

namespace kasane {
namespace {

const char* check(AlignedBytes& bytes) {
  return package_check(reinterpret_cast<const kasane_package_header*>(bytes.data()), bytes.size()).message;
}

const char* check(const std::vector<uint8_t>& package) {
  AlignedBytes bytes(package);
  return check(bytes);
}

/// Loads and runs a package in software on one input. Empty if memory was short.
std::vector<int8_t> run(AlignedBytes& package, size_t fast_bytes, size_t big_bytes, uint32_t& error) {
  AlignedBytes fast(fast_bytes);
  AlignedBytes big(big_bytes);
  AlignedBytes monitor_registers(KASANE_MONITOR_REGISTER_BYTES);
  const auto begin_of = [](AlignedBytes& bytes) { return reinterpret_cast<uintptr_t>(bytes.data()); };
  network_places places{
      {begin_of(fast), begin_of(fast) + fast_bytes}, {begin_of(big), begin_of(big) + big_bytes}, 0, 0};
  const run_monitor monitor{begin_of(monitor_registers)};
  network loaded{};
  error = KASANE_ERROR_NONE;
  if (!network_load(&loaded, reinterpret_cast<const kasane_package_header*>(package.data()), &places))
    return {};
  const executor software = executor_of_software(&loaded);
  network_result result = network_set_up(&loaded, &software, &monitor);
  auto* input = static_cast<uint8_t*>(network_place(&loaded, KASANE_SPACE_INPUT, 0));
  for (uint32_t i = 0; i < loaded.header.input.bytes; ++i) input[i] = static_cast<uint8_t>(i * 29);
  if (result.error == KASANE_ERROR_NONE) result = network_infer(&loaded, &software, &monitor);
  error = result.error;
  const auto* output = static_cast<int8_t*>(network_place(&loaded, KASANE_SPACE_OUTPUT, 0));
  return {output, output + loaded.header.output.bytes};
}

TEST(Package, RunsWhereverItsMemoryLies) {
  AlignedBytes package(small_package());
  ASSERT_EQ(check(package), nullptr);
  uint32_t error = 0;
  const auto in_fast_memory = run(package, 8192, 0, error);
  ASSERT_EQ(in_fast_memory.size(), 5U);
  EXPECT_EQ(error, uint32_t{KASANE_ERROR_NONE});
  int sum = 0;
  for (const int8_t value : in_fast_memory) sum += value + 128;
  EXPECT_NEAR(sum, 256, 5);  // probabilities
  EXPECT_EQ(run(package, 1024, 8192, error), in_fast_memory);
  EXPECT_EQ(run(package, 0, 8192, error), in_fast_memory);
  EXPECT_TRUE(run(package, 512, 512, error).empty());
}

TEST(Package, EveryBitOfDamageIsFound) {
  const auto good = small_package();
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto bad = good;
    bad[bit / 8] = static_cast<uint8_t>(bad[bit / 8] ^ 1U << bit % 8);
    ASSERT_NE(check(bad), nullptr) << "bit " << bit;
  }
}

TEST(Package, EveryTruncationIsFound) {
  const auto good = small_package();
  for (size_t bytes = 0; bytes < good.size(); ++bytes) {
    ASSERT_NE(check(std::vector<uint8_t>(good.begin(), good.begin() + static_cast<ptrdiff_t>(bytes))),
              nullptr);
  }
}

/// With a right CRC: the table checks must hold by themselves.
template <typename T>
const char* check_with(size_t offset, T value) {
  auto bytes = small_package();
  std::memcpy(&bytes[offset], &value, sizeof value);
  seal(bytes);
  return check(bytes);
}

TEST(Package, ImpossibleFieldsAreNamed) {
  using Header = kasane_package_header;
  EXPECT_STREQ(check_with(offsetof(Header, version), KASANE_PACKAGE_VERSION + 1),
               "version of another compiler");
  EXPECT_STREQ(check_with(offsetof(Header, steps_offset), 0x7FFFFFC0U), "step table leaves the package");
  EXPECT_STREQ(check_with(offsetof(Header, steps_offset), 65U), "step table leaves the package");
  EXPECT_STREQ(check_with(offsetof(Header, step_count), UINT32_MAX), "step table leaves the package");
  EXPECT_STREQ(check_with(offsetof(Header, setup_step_count), 6U), "step table leaves the package");
  EXPECT_STREQ(check_with(offsetof(Header, command_count), 0x10000000U), "command table leaves the package");
  EXPECT_STREQ(check_with(offsetof(Header, command_count), 2U), "step's commands leave the table");
  EXPECT_STREQ(check_with(offsetof(Header, strings_bytes), 4U), "strings leave the package");
  EXPECT_STREQ(check_with(offsetof(Header, name_offset), 11U), "the network's name leaves the strings");
  EXPECT_STREQ(check_with(offsetof(Header, input), 37U), "a tensor's size does not follow from its shape");
  EXPECT_STREQ(check_with(offsetof(Header, fmm_bytes), 63U), "convolution's output leaves FMM");
  EXPECT_STREQ(check_with(offsetof(Header, wm_bytes), 319U), "DMA destination leaves its space");
  EXPECT_STREQ(check_with(offsetof(Header, output), 4U), "the output is not that of the last exit");
  EXPECT_STREQ(check_with(offsetof(Header, outputs_bytes), 4U), "an exit's output leaves the outputs");
}

TEST(Package, DamageWithARightCrcNeverLeavesItsMemories) {
  const auto good = small_package();
  std::mt19937 engine(7);
  const uint32_t interesting[] = {0, 1, 2, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
  int accepted = 0;
  int refused = 0;
  for (int round = 0; round < 30000; ++round) {
    auto bytes = good;
    for (auto changes = 1 + engine() % 3; changes > 0; --changes) {
      const size_t at = 8 + engine() % (bytes.size() - 12);
      const uint32_t value = engine() % 2 != 0 ? interesting[engine() % 10] : static_cast<uint32_t>(engine());
      std::memcpy(&bytes[at], &value, 1 + engine() % 4);
    }
    seal(bytes);
    AlignedBytes package(bytes);
    if (check(package) != nullptr) {
      ++refused;
      continue;
    }
    ++accepted;
    uint32_t error = 0;
    run(package, 4096, 4096, error);
    ASSERT_TRUE(error == KASANE_ERROR_NONE || error == KASANE_ERROR_PARAMETER);
  }
  // Both outcomes must be common, or the test looks at one of them only.
  EXPECT_GT(accepted, 1000);
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace kasane
