// The array's commands on the CPU, against the reference that is written from kasane/cartesian_array.h.
#include <gtest/gtest.h>

#include "tests/reference/random_cartesian_layers.h"

extern "C" {
#include "sw/runtime/software_kernels.h"
}

namespace kasane {
namespace {

using reference::Bytes;
using reference::CartesianLayer;

/// FMM after the command; `error` is what the kernel returned.
Bytes execute(const CartesianLayer& layer, std::uint32_t& error) {
  Bytes fmm = layer.fmm;
  const software_memory memory{reinterpret_cast<int8_t*>(fmm.data()),
                               reinterpret_cast<const int8_t*>(layer.wm.data())};
  error = software_cartesian(&memory, &layer.command);
  return fmm;
}

void expect_reference(const CartesianLayer& layer) {
  std::uint32_t error = KASANE_ERROR_OPCODE;
  const Bytes found = execute(layer, error);
  ASSERT_EQ(error, std::uint32_t{KASANE_ERROR_NONE}) << layer.description;
  ASSERT_TRUE(found == layer.expected()) << layer.description;
}

TEST(SoftwareCartesian, EqualsTheReferenceOnRandomLayers) {
  reference::Random random(20);
  for (const std::uint32_t columns : {2U, 8U, 16U, 32U, 64U}) {
    for (int round = 0; round < 120; ++round) {
      expect_reference(make_random_cartesian_layer(random, columns, {.products = 40'000}));
      if (HasFatalFailure()) return;
    }
  }
}

TEST(SoftwareCartesian, WrapsInTwentyFourBits) {
  reference::Random random(21);
  for (int round = 0; round < 2; ++round) expect_reference(make_wrapping_cartesian_layer(random, 32));
}

TEST(SoftwareCartesian, RefusesConstantsThatTheArrayRefuses) {
  reference::Random random(22);
  for (int round = 0; round < 60; ++round) {
    const CartesianLayer good = make_random_cartesian_layer(random, 8, {.products = 4000});
    std::uint32_t error = KASANE_ERROR_NONE;

    CartesianLayer other_count = good;
    ++other_count.command.weight_bytes;
    EXPECT_EQ(execute(other_count, error), good.fmm);
    EXPECT_EQ(error, std::uint32_t{KASANE_ERROR_PARAMETER}) << good.description;

    CartesianLayer bad_shift = good;
    auto* last =
        reinterpret_cast<kasane_channel_parameters*>(bad_shift.wm.data() + good.command.parameters_address) +
        (good.command.output_channels - 1);
    last->shift = 63;
    EXPECT_EQ(execute(bad_shift, error), good.fmm);
    EXPECT_EQ(error, std::uint32_t{KASANE_ERROR_PARAMETER}) << good.description;

    const std::uint32_t elements = std::uint32_t{good.command.kernel_height} * good.command.kernel_width;
    if (elements % 8 == 0) continue;  // no bits beyond the kernel
    CartesianLayer bad_bit = good;
    bad_bit.wm[good.command.kept_address + elements / 8] |= 0x80;
    EXPECT_EQ(execute(bad_bit, error), good.fmm);
    EXPECT_EQ(error, std::uint32_t{KASANE_ERROR_PARAMETER}) << good.description;
  }
}

}  // namespace
}  // namespace kasane
