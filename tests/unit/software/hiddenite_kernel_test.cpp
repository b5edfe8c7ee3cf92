// The hidden-network engine's commands on the CPU, against the reference that is written from
// kasane/hiddenite.h.
#include <gtest/gtest.h>

#include "tests/reference/random_hiddenite_layers.h"

extern "C" {
#include "sw/runtime/software_kernels.h"
}

namespace kasane {
namespace {

using reference::Bytes;
using reference::HiddenLayer;

/// FMM after the command; `error` is what the kernel returned. WM ends where the command's part of it does.
Bytes execute(const HiddenLayer& layer, std::uint32_t& error) {
  Bytes fmm = layer.fmm;
  const software_memory memory{reinterpret_cast<int8_t*>(fmm.data()),
                               reinterpret_cast<const int8_t*>(layer.wm.data())};
  error = software_hiddenite(&memory, &layer.command);
  return fmm;
}

void expect_reference(const HiddenLayer& layer) {
  std::uint32_t error = KASANE_ERROR_OPCODE;
  const Bytes found = execute(layer, error);
  ASSERT_EQ(error, std::uint32_t{KASANE_ERROR_NONE}) << layer.description;
  ASSERT_TRUE(found == layer.expected()) << layer.description;
}

void expect_refusal(const HiddenLayer& layer, std::uint32_t code) {
  std::uint32_t error = KASANE_ERROR_NONE;
  EXPECT_EQ(execute(layer, error), layer.fmm) << layer.description;
  EXPECT_EQ(error, code) << layer.description;
}

TEST(SoftwareHiddenite, EqualsTheReferenceOnRandomLayers) {
  reference::Random random(30);
  for (const std::uint32_t lanes : {1U, 2U, 8U, 16U, 64U}) {
    for (int round = 0; round < 100; ++round) {
      expect_reference(make_random_hidden_layer(random, lanes, {.products = 60'000}));
      if (HasFatalFailure()) return;
    }
  }
}

TEST(SoftwareHiddenite, EqualsTheReferenceOnBandsOfPixels) {
  reference::Random random(31);
  for (int round = 0; round < 8; ++round) {
    expect_reference(make_random_hidden_layer(
        random, 4, {.map = {.channels = 3, .extent = 90}, .outputs = 5, .products = 400'000}));
    if (HasFatalFailure()) return;
  }
  kasane_hiddenite_convolution wide{};  // wider than a band: bands side by side
  wide.header.opcode = KASANE_HIDDENITE_CONVOLUTION;
  wide.input_channels = wide.output_channels = wide.groups = wide.tile_outputs = 1;
  wide.input_height = wide.output_height = 3;
  wide.input_width = wide.output_width = 2500;
  wide.kernel_height = wide.kernel_width = 3;
  wide.stride_height = wide.stride_width = wide.dilation_height = wide.dilation_width = 1;
  wide.pad_top = wide.pad_left = 1;
  wide.field_bits = 2;
  wide.output_min = -128;
  wide.output_max = 127;
  expect_reference(make_hidden_layer(random, wide, reference::Keep::share, 500));
}

TEST(SoftwareHiddenite, EqualsTheReferenceOnLargeSums) {
  reference::Random random(32);
  expect_reference(make_large_hidden_sums(random));
}

TEST(SoftwareHiddenite, RefusesMasksThatTheEngineRefuses) {
  reference::Random random(33);
  for (int round = 0; round < 200; ++round) {
    const HiddenLayer good = make_random_hidden_layer(random, 8, {.products = 4000});

    HiddenLayer other_size = good;
    ++other_size.command.mask_bytes;
    expect_refusal(other_size, KASANE_ERROR_MASK);

    HiddenLayer other_fields = good;
    auto* fields = reinterpret_cast<std::uint32_t*>(other_fields.wm.data() + good.command.tiles_address);
    const std::uint32_t before = *fields;
    for (const std::uint32_t count : {0U, before - 1, before + 1, UINT32_MAX}) {
      *fields = count;
      expect_refusal(other_fields, KASANE_ERROR_MASK);
    }

    HiddenLayer bad_shift = good;
    reinterpret_cast<kasane_channel_parameters*>(bad_shift.wm.data() + good.command.parameters_address)
        ->shift = 63;
    expect_refusal(bad_shift, KASANE_ERROR_PARAMETER);
  }
}

TEST(SoftwareHiddenite, CorruptMasksGiveAnErrorOrOtherWeightsButNothingElse) {
  reference::Random random(34);
  int refused = 0;
  for (int round = 0; round < 300; ++round) {
    HiddenLayer layer = make_random_hidden_layer(random, 8, {.products = 4000});
    if (layer.command.mask_bytes == 0) continue;
    for (int flips = 0; flips < 3; ++flips) {
      const auto bit = static_cast<std::uint32_t>(random.between(0, layer.command.mask_bytes * 8 - 1));
      layer.wm[layer.command.mask_address + bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    }
    std::uint32_t error = KASANE_ERROR_NONE;
    const Bytes found = execute(layer, error);
    if (error != KASANE_ERROR_NONE) {
      EXPECT_EQ(error, std::uint32_t{KASANE_ERROR_MASK});
      EXPECT_THROW(layer.expected(), std::invalid_argument) << layer.description;
      EXPECT_EQ(found, layer.fmm);
      ++refused;
    } else {
      EXPECT_EQ(found, layer.expected()) << layer.description;
    }
  }
  EXPECT_GT(refused, 50);
}

}  // namespace
}  // namespace kasane
