/// The residual without SystemC: bit by bit against the reference on random layers and random units, what it
/// becomes where everything or nothing is kept, and what is refused.
#include <gtest/gtest.h>

#include "tests/reference/random_kcu_layers.h"
#include "tests/unit/neural_comp_unit/host_run.h"
#include "tests/unit/neural_comp_unit/layers.h"

namespace kasane::ncu {
namespace {

NcuConfig random_config(reference::Random& random) {
  NcuConfig config{.partial_sums = true};
  config.lanes_in = static_cast<std::uint32_t>(random.between(1, 20));
  config.lanes_out = static_cast<std::uint32_t>(random.between(16, 40));  // at least any block
  config.input_buffer_bytes = static_cast<std::uint32_t>(random.between(64, 1024));
  config.weight_buffer_bytes = static_cast<std::uint32_t>(random.between(800, 2048));
  config.accumulator_pixels = static_cast<std::uint32_t>(random.between(4, 64));
  return config;
}

KeptKernels lists_of(const kasane_ncu_residual& command, const reference::Bytes& wm) {
  return KeptKernels::decode(command, std::span(wm).subspan(command.kept_address, command.kept_bytes))
      .value();
}

TEST(NcuResidual, EqualsTheReferenceOnRandomLayers) {
  reference::Random random(31);
  int executed = 0;
  int chunked = 0;
  for (int index = 0; index < 1500; ++index) {
    reference::RandomResidual layer = reference::make_random_residual(random);
    const NcuConfig config = index % 4 == 0 ? NcuConfig{.partial_sums = true} : random_config(random);
    const RecordBytes record = record_of(layer.command);
    if (check(record, config) != KASANE_ERROR_NONE) continue;  // larger than this unit's buffers
    const reference::Bytes expected = layer.expected();
    const auto schedule = make_schedule(layer.command, config, lists_of(layer.command, layer.wm));
    host_walk(*schedule, record, layer.fmm, layer.wm, layer.sums);
    ASSERT_EQ(layer.fmm, expected) << "layer " << index << ": " << layer.description;
    ++executed;
    const auto again = make_schedule(layer.command, config, lists_of(layer.command, layer.wm));
    for (Slot slot; again->next(slot);) {
      if (slot.last_chunk && !slot.first_chunk) {
        ++chunked;
        break;
      }
    }
  }
  EXPECT_GT(executed, 1350);
  EXPECT_GT(chunked, 100);  // the small buffers did cut lists
}

/// A convolution and the residual that keeps all its kernels: same maps and constants, weights in the
/// residual's order, sums of zero.
struct Twins {
  kasane_ncu_convolution convolution;
  kasane_ncu_residual residual;
  reference::Bytes fmm, convolution_wm, residual_wm, sums;
};

Twins make_twins(reference::Random& random, std::uint32_t inputs, std::uint32_t outputs, std::uint16_t kernel,
                 std::uint16_t block) {
  Twins twins;
  twins.convolution = convolution(
      {.inputs = inputs, .size = 12, .outputs = outputs, .kernel = kernel, .pad = std::uint16_t(kernel / 2)});
  const std::uint32_t size = twins.convolution.output_height;
  twins.residual = residual(
      {.inputs = inputs, .size = 12, .outputs = outputs, .kernel = kernel, .pad = std::uint16_t(kernel / 2)},
      block);
  twins.fmm.resize((inputs * 144) + outputs * size * size);
  for (std::uint8_t& byte : twins.fmm) byte = random.byte();
  twins.sums.assign(std::size_t{outputs} * size * size * 4, 0);
  const std::size_t elements = std::size_t{kernel} * kernel;
  std::vector<std::uint8_t> weights(outputs * inputs * elements);
  for (std::uint8_t& byte : weights) byte = random.byte();
  twins.convolution_wm.resize(twins.convolution.weight_address);
  for (std::uint32_t o = 0; o < outputs; ++o) {
    const kasane_channel_parameters constants{
        .bias = static_cast<std::int32_t>(o * 100), .multiplier = 1 << 20, .shift = 30};
    std::memcpy(twins.convolution_wm.data() + o * sizeof(constants), &constants, sizeof(constants));
  }
  twins.residual_wm = twins.convolution_wm;
  twins.convolution_wm.insert(twins.convolution_wm.end(), weights.begin(), weights.end());
  std::vector<std::vector<KeptEntry>> lists;
  reference::Bytes ordered;
  for (std::uint32_t first = 0; first < outputs; first += block) {
    const std::uint32_t last = std::min(outputs, first + block);
    lists.emplace_back();
    for (std::uint32_t i = 0; i < inputs; ++i) {
      lists.back().push_back({static_cast<std::uint16_t>(i), ~0u >> (32 - (last - first))});
      for (std::uint32_t o = first; o < last; ++o) {
        const auto from = weights.begin() + static_cast<std::ptrdiff_t>((o * inputs + i) * elements);
        ordered.insert(ordered.end(), from, from + static_cast<std::ptrdiff_t>(elements));
      }
    }
  }
  append_lists(twins.residual, lists, twins.residual_wm);
  twins.residual.weight_address = static_cast<std::uint32_t>(twins.residual_wm.size());
  twins.residual_wm.insert(twins.residual_wm.end(), ordered.begin(), ordered.end());
  return twins;
}

TEST(NcuResidual, WithEverythingKeptIsTheConvolution) {
  reference::Random random(7);
  for (const std::uint16_t kernel : std::vector<std::uint16_t>{1, 3, 5, 7}) {
    for (const std::uint16_t block : std::vector<std::uint16_t>{1, 5, 16}) {
      Twins twins = make_twins(random, 9, 21, kernel, block);
      reference::Bytes output = twins.fmm;
      const NcuConfig config{.partial_sums = true};
      host_run(record_of(twins.convolution), config, output, twins.convolution_wm);
      const RecordBytes record = record_of(twins.residual);
      ASSERT_EQ(check(record, config), std::uint32_t{KASANE_ERROR_NONE});
      const auto schedule =
          make_schedule(twins.residual, config, lists_of(twins.residual, twins.residual_wm));
      host_walk(*schedule, record, twins.fmm, twins.residual_wm, twins.sums);
      EXPECT_EQ(twins.fmm, output) << "kernel " << kernel << ", block " << block;
    }
  }
}

TEST(NcuResidual, WithNothingKeptRequantisesTheSums) {
  kasane_ncu_residual command = residual({.inputs = 2, .size = 2, .outputs = 3, .kernel = 1}, 2);
  reference::Bytes wm(3 * sizeof(kasane_channel_parameters));
  for (int o = 0; o < 3; ++o) {
    const kasane_channel_parameters constants{.bias = 10 * o, .multiplier = 1, .shift = 2};
    std::memcpy(wm.data() + static_cast<std::size_t>(o) * sizeof(constants), &constants, sizeof(constants));
  }
  append_lists(command, {{}, {}}, wm);
  command.weight_address = static_cast<std::uint32_t>(wm.size());
  reference::Bytes sums(3 * 4 * 4);
  for (std::size_t n = 0; n < 12; ++n) {
    reference::store_word(sums, n * 4, static_cast<std::int32_t>(n) * 40 - 100);
  }
  std::vector<std::uint8_t> fmm(8 + 12, 0xEE);
  const auto schedule = make_schedule(command, {.partial_sums = true}, lists_of(command, wm));
  host_walk(*schedule, record_of(command), fmm, wm, sums);
  // (40 n - 100 + 10 o + 2) >> 2, clamped
  const std::vector<int> expected{-25, -15, -5, 5, 18, 28, 38, 48, 60, 70, 80, 90};
  for (std::size_t n = 0; n < 12; ++n) EXPECT_EQ(static_cast<std::int8_t>(fmm[8 + n]), expected[n]) << n;
}

TEST(NcuResidual, RefusesListsThatContradictTheCommand) {
  const kasane_ncu_residual good = [] {
    auto command = residual({.inputs = 4, .size = 4, .outputs = 5, .kernel = 3}, 3);
    command.kept_bytes = 4 + 16 + 4 + 8;
    return command;
  }();
  ASSERT_EQ(check(record_of(good), {.partial_sums = true}), std::uint32_t{KASANE_ERROR_NONE});
  const std::vector<std::uint32_t> words{2, 0, 0b111, 3, 0b100, 1, 2, 0b11};
  const auto decodes = [&](const std::vector<std::uint32_t>& list, kasane_ncu_residual command) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(list.data());
    return KeptKernels::decode(command, {bytes, list.size() * 4}).has_value();
  };
  EXPECT_TRUE(decodes(words, good));
  const auto with = [&](std::size_t index, std::uint32_t value) {
    auto changed = words;
    changed[index] = value;
    return decodes(changed, good);
  };
  EXPECT_FALSE(with(0, 1)) << "second list begins too early";
  EXPECT_FALSE(with(0, 0xFFFFFFFF)) << "more entries than bytes";
  EXPECT_FALSE(with(5, 0)) << "an entry remains";
  EXPECT_FALSE(with(5, 2)) << "an entry is missing";
  EXPECT_FALSE(with(3, 0)) << "a channel twice";
  EXPECT_FALSE(with(1, 3)) << "channels equal";
  EXPECT_FALSE(with(3, 4)) << "a channel that does not exist";
  EXPECT_FALSE(with(1, 0x10000)) << "reserved";
  EXPECT_FALSE(with(2, 0)) << "an empty mask";
  EXPECT_FALSE(with(2, 0b1000)) << "an output beyond the block";
  EXPECT_FALSE(with(7, 0b100)) << "an output beyond the last block";
  auto command = good;
  command.weight_address = 0xFFFFFFFF - 6 * 9 + 1;  // 3 + 1 + 2 kernels of 9 bytes end at 2^32
  EXPECT_TRUE(decodes(words, command));
  ++command.weight_address;
  EXPECT_FALSE(decodes(words, command)) << "weights beyond the address space";
}

TEST(NcuResidual, RefusesImpossibleCommands) {
  kasane_ncu_residual good = residual({.inputs = 4, .size = 8, .outputs = 20, .kernel = 3, .pad = 1}, 16);
  good.kept_bytes = 8;
  const NcuConfig unit{.partial_sums = true};
  ASSERT_EQ(check(record_of(good), unit), std::uint32_t{KASANE_ERROR_NONE});
  EXPECT_EQ(check(record_of(good), {}), std::uint32_t{KASANE_ERROR_OPCODE});
  const auto refused = [&](const char* what, auto change) {
    kasane_ncu_residual command = good;
    change(command);
    EXPECT_EQ(check(record_of(command), unit), std::uint32_t{KASANE_ERROR_PARAMETER}) << what;
  };
  using R = kasane_ncu_residual;
  refused("no channels", [](R& r) { r.input_channels = 0; });
  refused("no kernel", [](R& r) { r.kernel_height = 0; });
  refused("no stride", [](R& r) { r.stride_width = 0; });
  refused("reserved byte", [](R& r) { r.reserved[29] = 1; });
  refused("reserved header", [](R& r) { r.header.reserved = 1; });
  refused("empty range", [](R& r) { r.output_min = 5, r.output_max = 4; });
  refused("output rows overlap", [](R& r) { r.output_row_pitch = 7; });
  refused("input beyond 32 bits", [](R& r) { r.input_address = 0xFFFFFFF0; });
  refused("parameters not aligned", [](R& r) { r.parameters_address = 2; });
  refused("no block", [](R& r) { r.kept_block = 0; });
  refused("block beyond the lanes", [](R& r) { r.kept_block = 17; });
  refused("lists not aligned", [](R& r) { r.kept_address = 2; });
  refused("half words in the lists", [](R& r) { r.kept_bytes = 10; });
  refused("fewer lists than blocks", [](R& r) { r.kept_bytes = 4; });
  refused("lists beyond 32 bits", [](R& r) { r.kept_address = 0xFFFFFFFC; });
  refused("sums not aligned", [](R& r) { r.sums_address = 2; });
  refused("sums' pitch not aligned", [](R& r) { r.sums_channel_pitch = 258; });
  refused("planes of sums overlap", [](R& r) { r.sums_channel_pitch = 252; });
  refused("sums beyond 32 bits", [](R& r) { r.sums_address = 0xFFFFFFF0; });
  refused("a row of sums beyond 32 bits", [](R& r) { r.output_width = r.output_row_pitch = 1u << 31; });
  refused("kernel larger than the buffers", [](R& r) { r.kernel_height = r.kernel_width = 200; });
}

}  // namespace
}  // namespace kasane::ncu
