#include "models/hiddenite/input_patch.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/hiddenite/input_patch.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "models/hiddenite/bits-inl.h"

#ifndef KASANE_HIDDENITE_INPUT_PATCH_SHARED
#define KASANE_HIDDENITE_INPUT_PATCH_SHARED
namespace kasane::hiddenite {
/// Rows or columns of a patch that have one remainder by the stride, and where the box lies among them.
struct Comb {
  std::uint32_t first = 0;     ///< of them, in the box
  std::uint32_t count = 0;     ///< that lie in the box
  std::uint32_t position = 0;  ///< of the first one, in the box
};

/// A box's values for the planes of one row remainder and one column remainder.
struct PlaneFill {
  const std::uint8_t* stored;  ///< the channel's, dense (row, column)
  const std::uint8_t* end;     ///< of all that is stored
  std::uint32_t box_columns;
  Comb rows;
  Comb columns;
  std::uint32_t row_stride;
  std::uint32_t column_stride;
  std::uint32_t plane_rows;
  std::uint32_t pitch;
  std::int16_t zero_point;
  std::int16_t* values;
};

/// For each weight, how many of the pixels' lanes from its operand on have their bit set.
struct PixelCount {
  const std::uint64_t* bits;
  const std::uint64_t* lanes;  ///< those of pixels
  std::size_t words;           ///< of the lanes
  std::span<const std::uint32_t> operands;
  std::uint32_t* counts;
};
}  // namespace kasane::hiddenite
#endif

HWY_BEFORE_NAMESPACE();
namespace kasane::hiddenite::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Values = hn::CappedTag<std::int16_t, InputPatch::slack / 2>;

/// Values of every `stride`-th byte, at least `count`; whole vectors.
HWY_INLINE void copy_row(const PlaneFill& job, const std::uint8_t* from, std::size_t count,
                         std::int16_t* to) {
  const Values tag;
  const hn::Rebind<std::int8_t, Values> bytes;
  const auto zero_point = hn::Set(tag, job.zero_point);
  const std::size_t lanes = hn::Lanes(tag);
  const auto readable = static_cast<std::size_t>(job.end - from);
  std::size_t at = 0;
  if (job.column_stride == 1) {
    for (; at < count && at + lanes <= readable; at += lanes) {
      const auto value = hn::LoadU(bytes, reinterpret_cast<const std::int8_t*>(from + at));
      hn::StoreU(hn::Sub(hn::PromoteTo(tag, value), zero_point), tag, to + at);
    }
  }
#if HWY_TARGET != HWY_SCALAR  // whose vectors are too short for a pair of bytes
  if (job.column_stride == 2) {
    const hn::Repartition<std::uint8_t, Values> pairs;
    for (; at < count && 2 * (at + lanes) <= readable; at += lanes) {
      const auto even = hn::ShiftLeft<8>(hn::BitCast(tag, hn::LoadU(pairs, from + 2 * at)));
      hn::StoreU(hn::Sub(hn::ShiftRight<8>(even), zero_point), tag, to + at);
    }
  }
#endif
  for (; at < count; ++at) {
    const auto value = static_cast<std::int8_t>(from[at * job.column_stride]);
    to[at] = static_cast<std::int16_t>(value - job.zero_point);
  }
}

/// From front to back, so that what whole vectors write too far is written over. Returns the plane's end.
std::int16_t* fill_plane(const PlaneFill& job) {
  const Values tag;
  std::int16_t* to = job.values;
  const auto zeros_until = [&](std::int16_t* end) {
    for (; to < end; to += hn::Lanes(tag)) hn::StoreU(hn::Zero(tag), tag, to);
    to = end;
  };
  const std::uint32_t rows = job.columns.count > 0 ? job.rows.count : 0;
  for (std::uint32_t row = 0; row < rows; ++row) {
    zeros_until(job.values + std::size_t{job.rows.first + row} * job.pitch + job.columns.first);
    const std::size_t box_row = job.rows.position + std::size_t{row} * job.row_stride;
    copy_row(job, job.stored + box_row * job.box_columns + job.columns.position, job.columns.count, to);
    to += job.columns.count;
  }
  zeros_until(job.values + std::size_t{job.plane_rows} * job.pitch);
  return to;
}

/// A bit for each of 64 * words values that is not 0.
void find_nonzero(const std::int16_t* values, std::size_t words, std::uint64_t* bits) {
  const Values tag;
  for (std::size_t word = 0; word < words; ++word, values += 64) {
    std::uint64_t found = 0;
    for (std::size_t lane = 0; lane < 64; lane += hn::Lanes(tag)) {
      found |= bits_of(tag, hn::Ne(hn::LoadU(tag, values + lane), hn::Zero(tag))) << lane;
    }
    bits[word] = found;
  }
}

void count_pixels(const PixelCount& job) {
  std::uint32_t* count = job.counts;
  for (const std::uint32_t operand : job.operands) {
    std::size_t found = 0;
    for (std::size_t word = 0; word < job.words; ++word) {
      found += hwy::PopCount(bits_from(job.bits, operand + 64 * word) & job.lanes[word]);
    }
    *count++ = static_cast<std::uint32_t>(found);
  }
}

}  // namespace kasane::hiddenite::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kasane::hiddenite {
HWY_EXPORT(fill_plane);
HWY_EXPORT(find_nonzero);
HWY_EXPORT(count_pixels);

namespace {

/// The remainders by the stride of a kernel's elements, which lie `dilation` apart.
std::vector<std::uint32_t> remainders_of(std::uint32_t kernel, std::uint32_t stride, std::uint32_t dilation) {
  std::vector<std::uint32_t> remainders;
  for (std::uint32_t element = 0; element < std::min(kernel, stride); ++element) {
    remainders.push_back(static_cast<std::uint32_t>(std::uint64_t{element} * dilation % stride));
  }
  std::ranges::sort(remainders);
  remainders.erase(std::ranges::unique(remainders).begin(), remainders.end());
  return remainders;
}

/// How many windows side by side cover `length` elements.
std::uint32_t windows_of(std::uint32_t length, std::uint32_t kernel, std::uint32_t stride,
                         std::uint32_t dilation) {
  return (length - (kernel - 1) * dilation - 1) / stride + 1;
}

constexpr std::uint32_t divide_up(std::uint32_t value, std::uint32_t divisor) {
  return (value + divisor - 1) / divisor;
}

/// Of a box with `before` rows or columns of padding in front of it.
Comb comb(std::uint32_t box, std::uint32_t before, std::uint32_t stride, std::uint32_t remainder) {
  const std::uint32_t first = before > remainder ? (before - remainder + stride - 1) / stride : 0;
  const std::uint32_t position = first * stride + remainder - before;
  const std::uint32_t count = position < box ? (box - position + stride - 1) / stride : 0;
  return {first, count, position};
}

std::size_t index_of(const std::vector<std::uint32_t>& remainders, std::uint32_t remainder) {
  return static_cast<std::size_t>(std::ranges::lower_bound(remainders, remainder) - remainders.begin());
}

}  // namespace

void InputPatch::reshape(std::uint32_t channels, const Patch& patch, const Sliding& sliding) {
  patch_ = patch;
  sliding_ = sliding;
  const auto [kernel_height, kernel_width, stride_height, stride_width, dilation_height, dilation_width] =
      sliding;
  row_remainders_ = remainders_of(kernel_height, stride_height, dilation_height);
  column_remainders_ = remainders_of(kernel_width, stride_width, dilation_width);
  plane_rows_ = divide_up(patch.height, stride_height);
  pixels_ = {.rows = windows_of(patch.height, kernel_height, stride_height, dilation_height),
             .columns = windows_of(patch.width, kernel_width, stride_width, dilation_width),
             .pitch = divide_up(patch.width, stride_width)};
  channel_values_ =
      row_remainders_.size() * column_remainders_.size() * plane_rows_ * std::size_t{pixels_.pitch};
  // Bits are looked for in whole words, and windows of bits may begin anywhere.
  const std::size_t words = channels * channel_values_ / 64 + 2;
  values_.resize(64 * words + slack);
  bits_.resize(words);
  place_operands(channels);
  if (few_pixels()) windows_.resize(pixels_.pixels() * (operands_.size() + slack));
  lanes_.assign((pixels_.lanes() + 63) / 64, 0);
  for (std::size_t row = 0; row < pixels_.rows; ++row) {
    const std::size_t begin = row * pixels_.pitch;
    for (std::size_t lane = begin; lane < begin + pixels_.columns; ++lane) {
      lanes_[lane / 64] |= std::uint64_t{1} << lane % 64;
    }
  }
}

void InputPatch::place_operands(std::uint32_t channels) {
  const std::size_t plane = std::size_t{plane_rows_} * pixels_.pitch;
  const std::size_t kernel = std::size_t{sliding_.kernel_height} * sliding_.kernel_width;
  operands_.resize(channels * kernel);
  nonzero_.resize(channels * kernel);
  std::uint32_t* operand = operands_.data();
  for (std::uint32_t row = 0; row < sliding_.kernel_height; ++row) {
    const std::uint32_t y = row * sliding_.dilation_height;
    const std::size_t row_planes =
        index_of(row_remainders_, y % sliding_.stride_height) * column_remainders_.size();
    for (std::uint32_t column = 0; column < sliding_.kernel_width; ++column) {
      const std::uint32_t x = column * sliding_.dilation_width;
      const std::size_t at = (row_planes + index_of(column_remainders_, x % sliding_.stride_width)) * plane +
                             std::size_t{y / sliding_.stride_height} * pixels_.pitch +
                             x / sliding_.stride_width;
      *operand++ = static_cast<std::uint32_t>(at);
    }
  }
  for (std::size_t weight = kernel; weight < operands_.size(); ++weight) {
    operands_[weight] = static_cast<std::uint32_t>(operands_[weight - kernel] + channel_values_);
  }
}

void InputPatch::fill(std::span<const std::uint8_t> stored, const Box& input, std::uint32_t first,
                      std::int8_t zero_point) {
  PlaneFill job{.stored = stored.data(),
                .end = stored.data() + stored.size(),
                .box_columns = input.columns,
                .row_stride = sliding_.stride_height,
                .column_stride = sliding_.stride_width,
                .plane_rows = plane_rows_,
                .pitch = pixels_.pitch,
                .zero_point = zero_point,
                .values = values_.data() + first * channel_values_};
  const bool one_step = sliding_.stride_height == 1 && sliding_.stride_width == 1;
  if (one_step && input.rows == patch_.height && input.columns == patch_.width) {
    fill_dense(job, input.channels);
  } else {
    fill_channels(job, input);
  }
  count_nonzero(first, input.channels);
  if (few_pixels()) gather_windows(first, input.channels);
}

/// As the box lies, so does the patch: one long row.
void InputPatch::fill_dense(PlaneFill job, std::uint32_t channels) const {
  job.plane_rows = 1;
  job.pitch = job.box_columns = static_cast<std::uint32_t>(channels * channel_values_);
  job.rows = {.count = 1};
  job.columns = {.count = job.pitch};
  HWY_DYNAMIC_DISPATCH(fill_plane)(job);
}

void InputPatch::fill_channels(PlaneFill job, const Box& input) const {
  const auto fill_one = HWY_DYNAMIC_DISPATCH(fill_plane);
  for (std::uint32_t channel = 0; channel < input.channels; ++channel) {
    for (const std::uint32_t row_remainder : row_remainders_) {
      job.rows = comb(input.rows, patch_.top, sliding_.stride_height, row_remainder);
      for (const std::uint32_t column_remainder : column_remainders_) {
        job.columns = comb(input.columns, patch_.left, sliding_.stride_width, column_remainder);
        job.values = fill_one(job);
      }
    }
    job.stored += std::size_t{input.rows} * input.columns;
  }
}

void InputPatch::gather_windows(std::uint32_t first, std::uint32_t channels) {
  const std::size_t kernel = std::size_t{sliding_.kernel_height} * sliding_.kernel_width;
  for (std::uint32_t pixel = 0; pixel < pixels_.pixels(); ++pixel) {
    const std::int16_t* const values = values_.data() + pixels_.lane(pixel);
    std::int16_t* const to = windows_.data() + pixel * (operands_.size() + slack);
    for (std::size_t weight = first * kernel; weight < (first + channels) * kernel; ++weight) {
      to[weight] = values[operands_[weight]];
    }
  }
}

void InputPatch::count_nonzero(std::uint32_t first, std::uint32_t channels) {
  const std::size_t begin = first * channel_values_ / 64;  // words
  const std::size_t end = (first + channels) * channel_values_ / 64 + 1;
  HWY_DYNAMIC_DISPATCH(find_nonzero)(values_.data() + 64 * begin, end - begin, bits_.data() + begin);
  const std::size_t kernel = std::size_t{sliding_.kernel_height} * sliding_.kernel_width;
  HWY_DYNAMIC_DISPATCH(count_pixels)
  ({.bits = bits_.data(),
    .lanes = lanes_.data(),
    .words = lanes_.size(),
    .operands = std::span(operands_).subspan(first * kernel, channels * kernel),
    .counts = nonzero_.data() + first * kernel});
}

}  // namespace kasane::hiddenite
#endif
