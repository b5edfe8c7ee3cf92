/// Software kernels against loops written straight from the definitions in kasane/neural_comp_unit.h, in
/// 64-bit and floor arithmetic of their own.
#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>
#include <random>
#include <vector>

extern "C" {
#include "sw/runtime/command_check.h"
#include "sw/runtime/software_kernels.h"
}

namespace {

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  int64_t between(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(engine_);
  }
  uint32_t size(int64_t low, int64_t high) { return static_cast<uint32_t>(between(low, high)); }
  uint16_t small(int64_t low, int64_t high) { return static_cast<uint16_t>(between(low, high)); }
  int8_t byte() {
    const int64_t extreme = between(0, 9);
    return static_cast<int8_t>(extreme == 0 ? -128 : extreme == 1 ? 127 : between(-128, 127));
  }

 private:
  std::mt19937 engine_;
};

/// floor(value * multiplier / 2^shift + 1/2) + zero, clamped: in 128 bits and with division, not shifts.
int8_t requantised(__int128 value, int64_t multiplier, int shift, int zero, int low, int high) {
  const __int128 denominator = static_cast<__int128>(1) << (shift + 1);
  const __int128 numerator = value * multiplier * 2 + (static_cast<__int128>(1) << shift);
  __int128 quotient = numerator / denominator;
  if (numerator % denominator < 0) --quotient;
  return static_cast<int8_t>(std::clamp<__int128>(quotient + zero, low, high));
}

/// Memories with random contents; parameters of all channels at the beginning of WM.
struct Memories {
  Memories(Random& random, size_t fmm_bytes, size_t parameter_count, size_t weight_bytes, bool extreme)
      : fmm(fmm_bytes),
        parameters(parameter_count),
        wm(parameter_count * sizeof(kasane_channel_parameters) + weight_bytes) {
    for (auto& value : fmm) value = random.byte();
    for (auto& value : wm) value = random.byte();
    for (auto& parameter : parameters) {
      parameter.bias = static_cast<int32_t>(extreme ? random.between(INT32_MIN, INT32_MAX)
                                                    : random.between(-100000, 100000));
      parameter.multiplier = static_cast<int32_t>(random.between(0, INT32_MAX));
      parameter.shift = static_cast<int32_t>(extreme ? random.between(1, 62) : random.between(30, 46));
    }
    if (!parameters.empty()) std::memcpy(wm.data(), parameters.data(), weights_at());
  }
  [[nodiscard]] size_t weights_at() const { return parameters.size() * sizeof(kasane_channel_parameters); }

  std::vector<int8_t> fmm;
  std::vector<kasane_channel_parameters> parameters;
  std::vector<int8_t> wm;
};

space_limits limits_of(const Memories& memories) {
  space_limits limits{};
  limits.bytes[KASANE_SPACE_FMM] = memories.fmm.size();
  limits.bytes[KASANE_SPACE_WM] = memories.wm.size();
  return limits;
}

void set_range(Random& random, int8_t& low, int8_t& high) {
  low = random.byte();
  high = random.byte();
  if (low > high) std::swap(low, high);
}

size_t plane_end(uint32_t channels, uint32_t height, uint32_t width, uint32_t channel_pitch,
                 uint32_t row_pitch) {
  return size_t{channels - 1} * channel_pitch + size_t{height - 1} * row_pitch + width;
}

kasane_ncu_convolution random_convolution(Random& random) {
  kasane_ncu_convolution c{};
  c.header.opcode = KASANE_NCU_CONVOLUTION;
  c.groups = random.size(1, 3);
  c.input_channels = c.groups * random.size(1, 4);
  c.output_channels = c.groups * random.size(1, 4);
  c.input_height = random.size(1, 12);
  c.input_width = random.size(1, 14);
  c.kernel_height = random.small(1, 5);
  c.kernel_width = random.small(1, 5);
  c.stride_height = random.small(1, 3);
  c.stride_width = random.small(1, 3);
  c.dilation_height = random.small(1, 3);
  c.dilation_width = random.small(1, 3);
  c.pad_top = random.small(0, 6);
  c.pad_left = random.small(0, 6);
  c.output_height = random.size(1, 12);  // any size is allowed: what lies outside reads as padding
  c.output_width = random.size(1, 14);
  c.pad_value = random.byte();
  c.output_zero_point = random.byte();
  set_range(random, c.output_min, c.output_max);
  c.input_row_pitch = c.input_width + random.size(0, 3);
  c.input_channel_pitch = c.input_row_pitch * c.input_height + random.size(0, 5);
  c.output_row_pitch = c.output_width + random.size(0, 3);
  c.output_channel_pitch = c.output_row_pitch * c.output_height + random.size(0, 5);
  c.input_address = random.size(0, 9);
  c.output_address = c.input_address +
                     static_cast<uint32_t>(plane_end(c.input_channels, c.input_height, c.input_width,
                                                     c.input_channel_pitch, c.input_row_pitch)) +
                     random.size(0, 9);
  return c;
}

void expect_convolution(const Memories& before, const kasane_ncu_convolution& c,
                        const std::vector<int8_t>& after) {
  std::vector<int8_t> expected = before.fmm;
  const int64_t inputs = c.input_channels / c.groups;
  const int64_t outputs = c.output_channels / c.groups;
  for (int64_t o = 0; o < c.output_channels; ++o) {
    for (int64_t y = 0; y < c.output_height; ++y) {
      for (int64_t x = 0; x < c.output_width; ++x) {
        int64_t sum = before.parameters[o].bias;
        for (int64_t i = 0; i < inputs; ++i) {
          for (int64_t r = 0; r < c.kernel_height; ++r) {
            for (int64_t s = 0; s < c.kernel_width; ++s) {
              const int64_t row = y * c.stride_height + r * c.dilation_height - c.pad_top;
              const int64_t column = x * c.stride_width + s * c.dilation_width - c.pad_left;
              const bool inside = row >= 0 && row < c.input_height && column >= 0 && column < c.input_width;
              const int64_t channel = i + o / outputs * inputs;
              const int64_t in = inside ? before.fmm[c.input_address + channel * c.input_channel_pitch +
                                                     row * c.input_row_pitch + column]
                                        : c.pad_value;
              sum +=
                  in *
                  before.wm[c.weight_address + ((o * inputs + i) * c.kernel_height + r) * c.kernel_width + s];
            }
          }
        }
        const auto wrapped = static_cast<int32_t>(static_cast<uint32_t>(sum));
        const auto& p = before.parameters[o];
        expected[c.output_address + o * c.output_channel_pitch + y * c.output_row_pitch + x] =
            requantised(wrapped, p.multiplier, p.shift, c.output_zero_point, c.output_min, c.output_max);
      }
    }
  }
  // The whole memory is compared: nothing outside the output may change.
  ASSERT_EQ(expected, after);
}

TEST(SoftwareConvolution, EqualsTheDefinitionOnRandomShapes) {
  Random random(1);
  for (int round = 0; round < 4000; ++round) {
    auto c = random_convolution(random);
    const size_t fmm = c.output_address + plane_end(c.output_channels, c.output_height, c.output_width,
                                                    c.output_channel_pitch, c.output_row_pitch);
    const size_t weights =
        size_t{c.output_channels} * (c.input_channels / c.groups) * c.kernel_height * c.kernel_width;
    Memories memories(random, fmm, c.output_channels, weights, round % 4 == 0);
    c.weight_address = static_cast<uint32_t>(memories.weights_at());
    const auto limits = limits_of(memories);
    ASSERT_EQ(command_check(KASANE_STEP_NCU, &c, &limits), nullptr);

    std::vector<int8_t> after = memories.fmm;
    const software_memory memory{after.data(), memories.wm.data()};
    ASSERT_EQ(software_convolution(&memory, &c), uint32_t{KASANE_ERROR_NONE});
    expect_convolution(memories, c, after);
    if (HasFatalFailure()) FAIL() << "round " << round;
  }
}

TEST(SoftwareConvolution, FullyConnectedEqualsTheDefinition) {
  Random random(2);
  for (int round = 0; round < 1000; ++round) {
    kasane_ncu_convolution c{};
    c.header.opcode = KASANE_NCU_FULLY_CONNECTED;
    c.input_channels = random.size(1, 300);
    c.output_channels = random.size(1, 21);
    c.groups = c.input_height = c.input_width = c.output_height = c.output_width = 1;
    c.kernel_height = c.kernel_width = c.stride_height = c.stride_width = 1;
    c.dilation_height = c.dilation_width = 1;
    c.input_channel_pitch = random.size(1, 3);
    c.output_channel_pitch = random.size(1, 3);
    c.output_address = c.input_channels * c.input_channel_pitch;
    c.output_zero_point = random.byte();
    set_range(random, c.output_min, c.output_max);
    Memories memories(random, c.output_address + size_t{c.output_channels} * c.output_channel_pitch,
                      c.output_channels, size_t{c.input_channels} * c.output_channels, round % 4 == 0);
    c.weight_address = static_cast<uint32_t>(memories.weights_at());
    const auto limits = limits_of(memories);
    ASSERT_EQ(command_check(KASANE_STEP_NCU, &c, &limits), nullptr);
    std::vector<int8_t> after = memories.fmm;
    const software_memory memory{after.data(), memories.wm.data()};
    ASSERT_EQ(software_fully_connected(&memory, &c), uint32_t{KASANE_ERROR_NONE});
    expect_convolution(memories, c, after);
    if (HasFatalFailure()) FAIL() << "round " << round;
  }
}

TEST(SoftwareConvolution, RefusesConstantsOutOfRange) {
  Random random(3);
  auto c = random_convolution(random);
  const size_t fmm = c.output_address + plane_end(c.output_channels, c.output_height, c.output_width,
                                                  c.output_channel_pitch, c.output_row_pitch);
  Memories memories(random, fmm, c.output_channels, 2000, false);
  c.weight_address = static_cast<uint32_t>(memories.weights_at());
  const software_memory memory{memories.fmm.data(), memories.wm.data()};
  for (const int32_t shift : {0, 63, -1, INT32_MIN}) {
    std::memcpy(memories.wm.data() + offsetof(kasane_channel_parameters, shift), &shift, sizeof shift);
    EXPECT_EQ(software_convolution(&memory, &c), uint32_t{KASANE_ERROR_PARAMETER}) << shift;
  }
}

/// One axis of a pool whose windows all meet the input.
void random_axis(Random& random, uint32_t& inputs, uint32_t& outputs, uint16_t& kernel, uint16_t& stride,
                 uint16_t& pad) {
  inputs = random.size(1, 12);
  kernel = random.small(1, 6);
  stride = random.small(1, 4);
  pad = random.small(0, kernel - 1);
  outputs = random.size(1, (inputs + pad - 1) / stride + 1);
}

kasane_ncu_pool random_pool(Random& random, bool average) {
  kasane_ncu_pool p{};
  p.header.opcode = average ? KASANE_NCU_AVERAGE_POOL : KASANE_NCU_MAX_POOL;
  p.channels = random.size(1, 5);
  random_axis(random, p.input_height, p.output_height, p.kernel_height, p.stride_height, p.pad_top);
  random_axis(random, p.input_width, p.output_width, p.kernel_width, p.stride_width, p.pad_left);
  p.input_row_pitch = p.input_width + random.size(0, 3);
  p.input_channel_pitch = p.input_row_pitch * p.input_height + random.size(0, 5);
  p.output_row_pitch = p.output_width + random.size(0, 3);
  p.output_channel_pitch = p.output_row_pitch * p.output_height + random.size(0, 5);
  p.input_address = random.size(0, 9);
  p.output_address = p.input_address + p.channels * p.input_channel_pitch + random.size(0, 9);
  p.input_zero_point = random.byte();
  p.output_zero_point = random.byte();
  set_range(random, p.output_min, p.output_max);
  const auto window = static_cast<uint32_t>(p.kernel_height * p.kernel_width);
  p.parameter_count = !average ? 0 : random.between(0, 1) != 0 ? window : 1;
  return p;
}

int8_t pooled(const Memories& memories, const kasane_ncu_pool& p, int64_t channel, int64_t y, int64_t x) {
  int64_t best = INT64_MIN;
  int64_t sum = 0;
  int64_t inside = 0;
  for (int64_t r = 0; r < p.kernel_height; ++r) {
    for (int64_t s = 0; s < p.kernel_width; ++s) {
      const int64_t row = y * p.stride_height + r - p.pad_top;
      const int64_t column = x * p.stride_width + s - p.pad_left;
      if (row < 0 || row >= p.input_height || column < 0 || column >= p.input_width) continue;
      const int64_t in =
          memories.fmm[p.input_address + channel * p.input_channel_pitch + row * p.input_row_pitch + column];
      best = std::max(best, in);
      sum += in - p.input_zero_point;
      ++inside;
    }
  }
  if (p.header.opcode == KASANE_NCU_MAX_POOL) {
    return static_cast<int8_t>(std::clamp<int64_t>(best, p.output_min, p.output_max));
  }
  const auto& parameter = memories.parameters[p.parameter_count == 1 ? 0 : inside - 1];
  return requantised(sum, parameter.multiplier, parameter.shift, p.output_zero_point, p.output_min,
                     p.output_max);
}

TEST(SoftwarePool, EqualsTheDefinitionOnRandomShapes) {
  Random random(4);
  for (int round = 0; round < 4000; ++round) {
    const bool average = round % 2 != 0;
    const auto p = random_pool(random, average);
    Memories memories(random, p.output_address + size_t{p.channels} * p.output_channel_pitch,
                      p.parameter_count, 0, round % 8 == 1);
    for (auto& parameter : memories.parameters) parameter.bias = 0;
    if (average) std::memcpy(memories.wm.data(), memories.parameters.data(), memories.weights_at());
    const auto limits = limits_of(memories);
    ASSERT_EQ(command_check(KASANE_STEP_NCU, &p, &limits), nullptr);

    std::vector<int8_t> expected = memories.fmm;
    for (int64_t channel = 0; channel < p.channels; ++channel) {
      for (int64_t y = 0; y < p.output_height; ++y) {
        for (int64_t x = 0; x < p.output_width; ++x) {
          expected[p.output_address + channel * p.output_channel_pitch + y * p.output_row_pitch + x] =
              pooled(memories, p, channel, y, x);
        }
      }
    }
    std::vector<int8_t> after = memories.fmm;
    const software_memory memory{after.data(), memories.wm.data()};
    ASSERT_EQ(average ? software_average_pool(&memory, &p) : software_max_pool(&memory, &p),
              uint32_t{KASANE_ERROR_NONE});
    ASSERT_EQ(expected, after) << "round " << round;
  }
}

TEST(SoftwareElementwise, EqualsTheDefinition) {
  Random random(5);
  for (int round = 0; round < 3000; ++round) {
    kasane_ncu_elementwise e{};
    const bool add = round % 2 != 0;
    e.header.opcode = add ? KASANE_NCU_ADD : KASANE_NCU_REQUANTIZE;
    e.count = random.size(1, 70);
    e.a_address = 3;
    e.b_address = add ? 3 + e.count : 0;
    e.output_address = 3 + 2 * e.count;
    e.a_multiplier = static_cast<int32_t>(random.between(0, INT32_MAX));
    e.b_multiplier = add ? static_cast<int32_t>(random.between(0, INT32_MAX)) : 0;
    e.shift = static_cast<int32_t>(random.between(1, 62));
    if (round % 3 != 0) e.shift = static_cast<int32_t>(random.between(29, 33));
    e.a_zero_point = random.byte();
    e.b_zero_point = random.byte();
    e.output_zero_point = random.byte();
    set_range(random, e.output_min, e.output_max);
    Memories memories(random, e.output_address + e.count, 0, 0, false);
    const auto limits = limits_of(memories);
    ASSERT_EQ(command_check(KASANE_STEP_NCU, &e, &limits), nullptr);
    std::vector<int8_t> expected = memories.fmm;
    for (uint32_t i = 0; i < e.count; ++i) {
      __int128 value = static_cast<__int128>(memories.fmm[e.a_address + i] - e.a_zero_point) * e.a_multiplier;
      if (add)
        value += static_cast<__int128>(memories.fmm[e.b_address + i] - e.b_zero_point) * e.b_multiplier;
      expected[e.output_address + i] =
          requantised(value, 1, e.shift, e.output_zero_point, e.output_min, e.output_max);
    }
    std::vector<int8_t> after = memories.fmm;
    const software_memory memory{after.data(), nullptr};
    ASSERT_EQ(software_elementwise(&memory, &e), uint32_t{KASANE_ERROR_NONE});
    ASSERT_EQ(expected, after) << "round " << round;
  }
}

TEST(SoftwareCopy, CopiesThreeDimensions) {
  std::vector<uint8_t> source(60);
  for (size_t i = 0; i < source.size(); ++i) source[i] = static_cast<uint8_t>(i);
  std::vector<uint8_t> destination(40, 0xEE);
  kasane_dma_copy copy{};
  copy.source = reinterpret_cast<uintptr_t>(source.data()) + 1;
  copy.destination = reinterpret_cast<uintptr_t>(destination.data()) + 2;
  copy.row_bytes = 3;
  copy.rows = 2;
  copy.planes = 2;
  copy.source_row_pitch = 10;
  copy.source_plane_pitch = 30;
  copy.destination_row_pitch = 4;
  copy.destination_plane_pitch = 16;
  software_copy(&copy);
  std::vector<uint8_t> expected(40, 0xEE);
  const size_t from[] = {1, 11, 31, 41};
  const size_t to[] = {2, 6, 18, 22};
  for (int row = 0; row < 4; ++row) {
    for (size_t i = 0; i < 3; ++i) expected[to[row] + i] = static_cast<uint8_t>(from[row] + i);
  }
  EXPECT_EQ(destination, expected);
}

}  // namespace
