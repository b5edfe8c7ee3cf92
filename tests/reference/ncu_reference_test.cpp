/// The reference itself against cases worked by hand, and the generator against its promises.
#include "tests/reference/ncu_reference.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <map>
#include <set>

#include "tests/reference/random_layers.h"

namespace kasane::reference {
namespace {

uint8_t byte(int value) {
  return static_cast<uint8_t>(static_cast<int8_t>(value));
}

Bytes bytes(std::initializer_list<int> values) {
  Bytes result;
  for (const int value : values) result.push_back(byte(value));
  return result;
}

void append_word(Bytes& memory, int32_t value) {
  for (int shift = 0; shift < 32; shift += 8)
    memory.push_back(static_cast<uint8_t>(static_cast<uint32_t>(value) >> shift));
}

/// A 3x3 map at 0, its output at 16; weights at 16, one channel's parameters at 0.
kasane_ncu_convolution small_convolution() {
  kasane_ncu_convolution c{};
  c.header.opcode = KASANE_NCU_CONVOLUTION;
  c.input_address = 0;
  c.output_address = 16;
  c.weight_address = 16;
  c.input_channels = c.output_channels = c.groups = 1;
  c.input_height = c.input_width = 3;
  c.input_channel_pitch = 9;
  c.input_row_pitch = 3;
  c.stride_height = c.stride_width = c.dilation_height = c.dilation_width = 1;
  c.output_min = -128;
  c.output_max = 127;
  return c;
}

void set_output(kasane_ncu_convolution& c, uint32_t height, uint32_t width) {
  c.output_height = height;
  c.output_width = width;
  c.output_row_pitch = width;
  c.output_channel_pitch = height * width;
}

Bytes small_input() {
  Bytes fmm = bytes({1, 2, 3, 4, 5, 6, 7, 8, 9});
  fmm.resize(40, 0x55);
  return fmm;
}

Bytes weights_after_parameters(int32_t bias, int32_t multiplier, int32_t shift,
                               std::initializer_list<int> weights) {
  Bytes wm;
  append_word(wm, bias);
  append_word(wm, multiplier);
  append_word(wm, shift);
  wm.resize(16);
  for (const int weight : weights) wm.push_back(byte(weight));
  return wm;
}

std::vector<int> output_of(const Bytes& fmm, size_t address, size_t count) {
  std::vector<int> values;
  for (size_t i = 0; i < count; ++i) values.push_back(static_cast<int8_t>(fmm.at(address + i)));
  return values;
}

TEST(Requantise, HalfGoesUpAlsoBelowZero) {
  EXPECT_EQ(requantise(3, 1, 1, 0, -128, 127), 2);    // 1.5
  EXPECT_EQ(requantise(-3, 1, 1, 0, -128, 127), -1);  // -1.5
  EXPECT_EQ(requantise(-1, 1, 1, 0, -128, 127), 0);   // -0.5
  EXPECT_EQ(requantise(-5, 1, 2, 0, -128, 127), -1);  // -1.25
  EXPECT_EQ(requantise(-7, 1, 2, 0, -128, 127), -2);  // -1.75
}

TEST(Requantise, ZeroPointComesBeforeTheClamp) {
  EXPECT_EQ(requantise(200, 2, 1, -100, -128, 127), 100);
  EXPECT_EQ(requantise(200, 2, 1, 0, -128, 127), 127);
  EXPECT_EQ(requantise(-200, 2, 1, 100, -5, 5), -5);
}

TEST(Requantise, LargestProductsDoNotOverflow) {
  const int64_t lowest = -(int64_t{1} << 31);
  const int32_t largest = std::numeric_limits<int32_t>::max();
  EXPECT_EQ(requantise(lowest, largest, 62, 0, -128, 127), -1);  // -0.9999999995
  EXPECT_EQ(requantise(lowest, largest, 1, 0, -128, 127), -128);
  EXPECT_EQ(requantise(-lowest - 1, largest, 55, 0, -128, 127), 127);  // 127.9999999 rounds to 128
  EXPECT_EQ(requantise(-lowest - 1, largest, 56, 0, -128, 127), 64);
}

TEST(Convolution, TwoByTwoByHand) {
  auto c = small_convolution();
  c.kernel_height = c.kernel_width = 2;
  set_output(c, 2, 2);
  const Bytes wm = weights_after_parameters(10, 1, 1, {1, -2, 3, 4});
  // (1 - 4 + 12 + 20 + 10) / 2 = 19.5 -> 20; each step right adds (1 - 2 + 3 + 4) / 2 = 3, each row 9.
  EXPECT_EQ(output_of(convolution(c, small_input(), wm), 16, 4), (std::vector{20, 23, 29, 32}));
}

TEST(Convolution, PaddingReadsThePadValueAndStrideSkips) {
  auto c = small_convolution();
  c.kernel_height = c.kernel_width = 3;
  c.pad_top = c.pad_left = 1;
  c.stride_height = c.stride_width = 2;
  c.pad_value = 10;
  set_output(c, 2, 2);
  const Bytes wm = weights_after_parameters(0, 1, 1, {1, 1, 1, 1, 1, 1, 1, 1, 1});
  // Corner windows: five pads of 10 and four elements: 12, 16, 24, 28. (50 + sum) / 2.
  EXPECT_EQ(output_of(convolution(c, small_input(), wm), 16, 4), (std::vector{31, 33, 37, 39}));
}

TEST(Convolution, DilationReachesOverTheMiddle) {
  auto c = small_convolution();
  c.kernel_height = c.kernel_width = 2;
  c.dilation_height = c.dilation_width = 2;
  set_output(c, 1, 1);
  // Corners 1, 3, 7, 9 with weights 1, 2, 3, 4: 64.
  EXPECT_EQ(output_of(convolution(c, small_input(), weights_after_parameters(0, 2, 1, {1, 2, 3, 4})), 16, 1),
            (std::vector{64}));
}

TEST(Convolution, GroupsReadTheirOwnChannels) {
  auto c = small_convolution();
  c.input_channels = 4;
  c.output_channels = 2;
  c.groups = 2;
  c.input_height = c.input_width = c.kernel_height = c.kernel_width = 1;
  c.input_channel_pitch = 1;
  c.input_row_pitch = 1;
  c.weight_address = 24;
  set_output(c, 1, 1);
  Bytes wm = weights_after_parameters(0, 2, 1, {});
  wm.resize(12);
  for (const int32_t value : {1, 2, 1}) append_word(wm, value);
  for (const int weight : {1, 10, 1, 10}) wm.push_back(byte(weight));
  EXPECT_EQ(output_of(convolution(c, small_input(), wm), 16, 2), (std::vector{1 + 20, 3 + 40 + 1}));
}

TEST(Convolution, AccumulatorWrapsAt32Bits) {
  auto c = small_convolution();
  c.kernel_height = c.kernel_width = 1;
  set_output(c, 1, 1);
  // 2^31 - 1 + 1 wraps to -2^31; times 1 over 2^25 is -64.
  const Bytes wm = weights_after_parameters(std::numeric_limits<int32_t>::max(), 1, 25, {1});
  EXPECT_EQ(output_of(convolution(c, small_input(), wm), 16, 1), (std::vector{-64}));
}

TEST(Pool, MaximumIgnoresWhatLiesOutside) {
  kasane_ncu_pool p{};
  p.header.opcode = KASANE_NCU_MAX_POOL;
  p.output_address = 16;
  p.channels = 1;
  p.input_height = p.input_width = p.input_row_pitch = 3;
  p.input_channel_pitch = 9;
  p.output_height = p.output_width = p.output_row_pitch = 2;
  p.output_channel_pitch = 4;
  p.kernel_height = p.kernel_width = 2;
  p.stride_height = p.stride_width = 2;
  p.pad_top = p.pad_left = 1;
  p.output_min = -7;
  p.output_max = -2;
  Bytes fmm = bytes({-9, -2, -3, -4, -5, -6, -7, -8, -1});
  fmm.resize(40);
  EXPECT_EQ(output_of(pool(p, fmm, {}), 16, 4), (std::vector{-7, -2, -4, -2}));
}

TEST(Pool, AverageDividesByTheElementsInside) {
  kasane_ncu_pool p{};
  p.header.opcode = KASANE_NCU_AVERAGE_POOL;
  p.output_address = 16;
  p.channels = 1;
  p.input_height = p.input_width = p.input_row_pitch = 3;
  p.input_channel_pitch = 9;
  p.output_height = p.output_width = p.output_row_pitch = 2;
  p.output_channel_pitch = 4;
  p.kernel_height = p.kernel_width = 2;
  p.stride_height = p.stride_width = 2;
  p.pad_top = p.pad_left = 1;
  p.parameter_count = 4;
  p.input_zero_point = 1;
  p.output_zero_point = -3;
  p.output_min = -128;
  p.output_max = 127;
  Bytes wm;
  for (const int32_t divisor : {1, 2, 3, 4}) {
    append_word(wm, 0);
    append_word(wm, (1 << 30) / divisor);
    append_word(wm, 30);
  }
  // Windows {1}, {2,3}, {4,7}, {5,6,8,9}; minus the zero point 1: 0, 1.5, 4.5, 6; rounded, minus 3.
  EXPECT_EQ(output_of(pool(p, small_input(), wm), 16, 4), (std::vector{-3, -1, 2, 3}));
  p.parameter_count = 1;  // sums 0, 3, 9, 24
  EXPECT_EQ(output_of(pool(p, small_input(), wm), 16, 4), (std::vector{-3, 0, 6, 21}));
}

TEST(Elementwise, AddWeighsItsOperandsInOneRounding) {
  kasane_ncu_elementwise e{};
  e.header.opcode = KASANE_NCU_ADD;
  e.b_address = 2;
  e.output_address = 16;
  e.count = 2;
  e.a_multiplier = 3;
  e.b_multiplier = 5;
  e.shift = 2;
  e.a_zero_point = -1;
  e.b_zero_point = 2;
  e.output_zero_point = 4;
  e.output_min = -128;
  e.output_max = 10;
  // (2 * 3 + 1 * 5) / 4 = 2.75 -> 3; (3 * 3 + 2 * 5) / 4 = 4.75 -> 5; plus 4.
  EXPECT_EQ(output_of(elementwise(e, small_input()), 16, 2), (std::vector{7, 9}));
  e.header.opcode = KASANE_NCU_REQUANTIZE;  // 1.5 -> 2; 2.25 -> 2
  EXPECT_EQ(output_of(elementwise(e, small_input()), 16, 2), (std::vector{6, 6}));
}

TEST(Execute, RefusesWhatDoesNotExist) {
  EXPECT_THROW(execute(CommandRecord{}, small_input(), {}), std::invalid_argument);
  auto c = small_convolution();
  c.kernel_height = c.kernel_width = 1;
  set_output(c, 3, 3);
  c.output_address = 35;
  EXPECT_THROW(convolution(c, small_input(), weights_after_parameters(0, 1, 1, {1})), std::out_of_range);
}

TEST(RandomLayers, SameSeedSameLayer) {
  Random first(7), second(7), other(8);
  const RandomLayer layer = make_random_layer(first), same = make_random_layer(second);
  EXPECT_EQ(layer.record, same.record);
  EXPECT_EQ(layer.fmm, same.fmm);
  EXPECT_EQ(layer.wm, same.wm);
  EXPECT_NE(layer.fmm, make_random_layer(other).fmm);
}

TEST(RandomLayers, ReachEveryFeatureAndBothClamps) {
  Random random(2026);
  std::map<int, int> opcodes;
  std::map<std::string, int> seen;
  std::set<uint8_t> values;
  for (int i = 0; i < 400; ++i) {
    const RandomLayer layer = make_random_layer(random);
    const auto opcode = layer.as<kasane_ncu_convolution>().header.opcode;
    ++opcodes[opcode];
    const Bytes after = layer.expected();
    ASSERT_EQ(after.size(), layer.fmm.size()) << layer.description;
    if (opcode != KASANE_NCU_CONVOLUTION) continue;
    const auto c = layer.as<kasane_ncu_convolution>();
    seen["groups"] += c.groups > 1;
    seen["depthwise"] += c.groups > 1 && c.groups == c.input_channels;
    seen["dilation"] += c.dilation_height > 1 || c.dilation_width > 1;
    seen["stride"] += c.stride_height > 1 && c.stride_width > 1 && c.stride_height != c.stride_width;
    seen["padding"] += c.pad_top > 0 && c.pad_left > 0;
    seen["pitch"] +=
        c.input_row_pitch > c.input_width && c.output_channel_pitch > c.output_height * c.output_row_pitch;
    for (size_t a = 0; a < after.size(); ++a)
      if (after[a] != layer.fmm[a]) values.insert(after[a]);
  }
  EXPECT_EQ(opcodes.size(), 6u);
  for (const auto& [feature, count] : seen) EXPECT_GT(count, 5) << feature;
  EXPECT_EQ(values.size(), 256u) << "not all int8 values occur in outputs";
}

/// Floating point agrees with the integers to half a step where nothing clamps or wraps.
TEST(RandomLayers, ConvolutionFollowsRealArithmetic) {
  Random random(11);
  int compared = 0;
  for (int i = 0; i < 200; ++i) {
    const RandomLayer layer = make_random_convolution(random, {.channels = 6, .extent = 8});
    auto c = layer.as<kasane_ncu_convolution>();
    if (c.groups != 1) continue;
    const Bytes after = layer.expected();
    for (uint32_t o = 0; o < c.output_channels; ++o) {
      kasane_channel_parameters p;
      std::memcpy(&p, &layer.wm.at(c.parameters_address + o * sizeof p), sizeof p);
      double sum = p.bias;
      for (uint32_t j = 0; j < c.input_channels; ++j)
        for (int r = 0; r < c.kernel_height; ++r)
          for (int s = 0; s < c.kernel_width; ++s) {  // output element (0, 0)
            const int y = r * c.dilation_height - c.pad_top, x = s * c.dilation_width - c.pad_left;
            const bool in = y >= 0 && x >= 0 && y < static_cast<int>(c.input_height) &&
                            x < static_cast<int>(c.input_width);
            const size_t at = c.input_address + j * c.input_channel_pitch +
                              static_cast<size_t>(y * static_cast<int>(c.input_row_pitch) + x);
            const double value = in ? static_cast<int8_t>(layer.fmm.at(at)) : c.pad_value;
            const size_t w =
                ((o * c.input_channels + j) * c.kernel_height + static_cast<size_t>(r)) * c.kernel_width +
                static_cast<size_t>(s);
            sum += value * static_cast<int8_t>(layer.wm.at(c.weight_address + w));
          }
      if (std::abs(sum) > 2147483647.0) continue;
      const double real = std::ldexp(sum * p.multiplier, -p.shift) + c.output_zero_point;
      const int actual = static_cast<int8_t>(after.at(c.output_address + o * c.output_channel_pitch));
      if (real < c.output_min || real > c.output_max) continue;
      EXPECT_NEAR(actual, real, 0.5000001) << layer.description;
      ++compared;
    }
  }
  EXPECT_GT(compared, 40);
}

}  // namespace
}  // namespace kasane::reference
