/// Operands as the vector kernel reads them: 16 bits each.
#include <algorithm>

#include "models/cartesian_array/function.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/cartesian_array/unpacking.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef KASANE_CARTESIAN_UNPACKING_SHARED
#define KASANE_CARTESIAN_UNPACKING_SHARED
namespace kasane::cartesian {
/// The nibble that begins at bit `shift`, sign-extended.
inline std::int16_t nibble(std::uint8_t byte, int shift) {
  return static_cast<std::int16_t>(((byte >> shift & 15) ^ 8) - 8);
}
}  // namespace kasane::cartesian
#endif

HWY_BEFORE_NAMESPACE();
namespace kasane::cartesian::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void planes(const std::uint8_t* bytes, std::size_t count, std::int16_t* low, std::int16_t* high) {
  const hn::ScalableTag<std::int16_t> values;
  const hn::Rebind<std::uint8_t, decltype(values)> stored;
  std::size_t at = 0;
  for (; at + hn::Lanes(values) <= count; at += hn::Lanes(values)) {
    // A shift to the top of 16 bits and back brings the sign.
    const auto vector = hn::PromoteTo(values, hn::LoadU(stored, bytes + at));
    if (low != nullptr) hn::StoreU(hn::ShiftRight<12>(hn::ShiftLeft<12>(vector)), values, low + at);
    if (high != nullptr) hn::StoreU(hn::ShiftRight<12>(hn::ShiftLeft<8>(vector)), values, high + at);
  }
  for (; at < count; ++at) {
    if (low != nullptr) low[at] = nibble(bytes[at], 0);
    if (high != nullptr) high[at] = nibble(bytes[at], 4);
  }
}

void pairs(const std::uint8_t* bytes, std::size_t count, std::int16_t* values) {
  std::size_t at = 0;
#if HWY_TARGET != HWY_SCALAR  // whose vectors are too short for a pair
  const hn::ScalableTag<std::uint32_t> words;
  const hn::Repartition<std::int16_t, decltype(words)> halves;
  const hn::Rebind<std::uint8_t, decltype(words)> stored;
  const auto mask = hn::Set(words, 0x0F);
  for (; at + hn::Lanes(words) <= count; at += hn::Lanes(words)) {
    // Likewise, each nibble to the top of its half word.
    const auto vector = hn::PromoteTo(words, hn::LoadU(stored, bytes + at));
    const auto even = hn::ShiftLeft<12>(hn::And(vector, mask));
    const auto odd = hn::ShiftLeft<24>(hn::AndNot(mask, vector));
    hn::StoreU(hn::ShiftRight<12>(hn::BitCast(halves, hn::Or(even, odd))), halves, values + 2 * at);
  }
#endif
  for (; at < count; ++at) {
    values[2 * at] = nibble(bytes[at], 0);
    values[2 * at + 1] = nibble(bytes[at], 4);
  }
}

}  // namespace kasane::cartesian::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kasane::cartesian {
HWY_EXPORT(planes);
HWY_EXPORT(pairs);

namespace {

/// Writes the nibbles of each byte, sign-extended: the low ones to `low`, the high ones to `high`; either may
/// be null.
void unpack_planes(std::span<const std::uint8_t> bytes, std::int16_t* low, std::int16_t* high) {
  HWY_DYNAMIC_DISPATCH(planes)(bytes.data(), bytes.size(), low, high);
}

/// Writes the two nibbles of each byte, sign-extended, one behind the other, the low one first.
void unpack_pairs(std::span<const std::uint8_t> bytes, std::int16_t* values) {
  HWY_DYNAMIC_DISPATCH(pairs)(bytes.data(), bytes.size(), values);
}

/// Writes the box's channels dense.
void unpack_box(std::span<const std::uint8_t> stored, const Box& box, std::uint32_t bits,
                std::int16_t* values) {
  const std::size_t plane = std::size_t{box.rows} * box.columns;
  if (bits == 8) {
    unpack_planes(stored.first(box.channels * plane), values, nullptr);
    return;
  }
  const auto at = [&](std::int64_t channel) {
    return channel >= 0 && channel < box.channels ? values + channel * plane : nullptr;
  };
  std::int64_t channel = -std::int64_t{box.channel % 2};  // that of the first low nibbles
  for (std::size_t from = 0; channel < box.channels; channel += 2, from += plane) {
    unpack_planes(stored.subspan(from, plane), at(channel), at(channel + 1));
  }
}

}  // namespace

void InputPatch::unpack(std::span<const std::uint8_t> stored, const Box& box, const Patch& patch,
                        std::uint32_t bits, std::int8_t pad_value) {
  height_ = patch.height;
  width_ = patch.width;
  values_.resize(std::size_t{box.channels} * height_ * width_);
  if (box.rows == height_ && box.columns == width_) {
    unpack_box(stored, box, bits, values_.data());
    return;
  }
  box_.resize(box.elements());
  unpack_box(stored, box, bits, box_.data());
  // Copying a plane of padding is faster than filling one.
  const std::size_t plane = std::size_t{height_} * width_;
  for (std::size_t at = 0; at < values_.size(); at += plane) {
    if (at == 0) {
      std::fill_n(values_.data(), plane, pad_value);
    } else {
      std::copy_n(values_.data(), plane, values_.data() + at);
    }
  }
  const std::int16_t* from = box_.data();
  for (std::uint32_t channel = 0; channel < box.channels; ++channel) {
    for (std::uint32_t row = 0; row < box.rows; ++row, from += box.columns) {
      const std::size_t patch_row = std::size_t{channel} * height_ + patch.top + row;
      std::copy_n(from, box.columns, values_.data() + patch_row * width_ + patch.left);
    }
  }
}

void StepWeights::unpack(std::span<const std::uint8_t> stored, std::uint32_t outputs) {
  const std::size_t step_bytes = (outputs + 1) / 2;
  const std::size_t steps = stored.size() / step_bytes;
  const std::size_t lanes = lanes_of(outputs);
  values_.resize(steps * lanes);
  if (2 * step_bytes == lanes) {
    unpack_pairs(stored, values_.data());
    return;
  }
  for (std::size_t step = 0; step < steps; ++step) {
    unpack_pairs(stored.subspan(step * step_bytes, step_bytes), values_.data() + step * lanes);
  }
}

}  // namespace kasane::cartesian
#endif
