/// Operands rearranged for the vector kernels.
#include <algorithm>
#include <cstring>

#include "models/neural_comp_unit/function.h"

namespace kasane::ncu {
namespace {

std::uint32_t pair_of(std::uint8_t even, std::uint8_t odd) {
  const auto widened = [](std::uint8_t byte) {
    return static_cast<std::uint32_t>(static_cast<std::uint16_t>(static_cast<std::int8_t>(byte)));
  };
  return widened(even) | widened(odd) << 16;
}

}  // namespace

void PackedPatch::pack(std::span<const std::uint8_t> stored, const Box& box, const Patch& patch,
                       std::int8_t pad_value) {
  channels_ = box.channels;
  height_ = patch.height;
  width_ = patch.width;
  const std::size_t plane = std::size_t{height_} * width_;
  const auto pad = static_cast<std::uint8_t>(pad_value);
  const bool padded = box.rows != height_ || box.columns != width_;
  words_.resize(pairs() * plane);
  for (std::uint32_t pair = 0; pair < pairs(); ++pair) {
    const bool single = 2 * pair + 1 == channels_;
    std::uint32_t* words = words_.data() + pair * plane;
    if (padded) std::fill_n(words, plane, pair_of(pad, single ? 0 : pad));
    for (std::uint32_t row = 0; row < box.rows; ++row) {
      const std::size_t channel_elements = std::size_t{box.rows} * box.columns;
      const std::uint8_t* even = stored.data() + 2 * pair * channel_elements + std::size_t{row} * box.columns;
      const std::uint8_t* odd = even + channel_elements;
      std::uint32_t* to = words + std::size_t{patch.top + row} * width_ + patch.left;
      if (single) {
        for (std::uint32_t column = 0; column < box.columns; ++column) to[column] = pair_of(even[column], 0);
      } else {
        for (std::uint32_t column = 0; column < box.columns; ++column) {
          to[column] = pair_of(even[column], odd[column]);
        }
      }
    }
  }
}

void PackedWeights::pack(std::span<const std::uint8_t> stored, std::uint32_t outputs, std::uint32_t channels,
                         std::uint32_t kernel_elements) {
  outputs_ = outputs;
  depth_ = (channels + 1) / 2 * kernel_elements;
  const std::uint32_t blocks = (outputs + output_block - 1) / output_block;
  words_.assign(std::size_t{blocks} * depth_ * output_block, 0);
  const std::size_t row = std::size_t{channels} * kernel_elements;
  std::uint32_t* to = words_.data();
  for (std::uint32_t first = 0; first < outputs; first += output_block) {
    const std::uint32_t lanes = std::min(output_block, outputs - first);
    const std::uint8_t* block_rows = stored.data() + first * row;
    for (std::uint32_t channel = 0; channel < channels; channel += 2) {
      const bool single = channel + 1 == channels;
      for (std::uint32_t element = 0; element < kernel_elements; ++element, to += output_block) {
        const std::uint8_t* even = block_rows + std::size_t{channel} * kernel_elements + element;
        const std::uint8_t* odd = even + kernel_elements;
        if (single) {
          for (std::uint32_t lane = 0; lane < lanes; ++lane) to[lane] = pair_of(even[lane * row], 0);
        } else {
          for (std::uint32_t lane = 0; lane < lanes; ++lane) {
            to[lane] = pair_of(even[lane * row], odd[lane * row]);
          }
        }
      }
    }
  }
}

std::shared_ptr<const PackedWeights> PackedWeightsCache::pack(std::uint32_t address,
                                                              std::span<const std::uint8_t> stored,
                                                              std::uint32_t outputs, std::uint32_t channels,
                                                              std::uint32_t kernel_elements) {
  constexpr std::size_t most_bytes = 32 * 1024 * 1024;
  const std::array<std::uint32_t, 3> shape{outputs, channels, kernel_elements};
  const auto found = entries_.find(address);
  if (found != entries_.end() && found->second.shape == shape &&
      std::ranges::equal(found->second.stored, stored)) {
    return found->second.packed;
  }
  if (bytes_ + stored.size() > most_bytes) {
    entries_.clear();
    bytes_ = 0;
  }
  const auto packed = std::make_shared<PackedWeights>();
  packed->pack(stored, outputs, channels, kernel_elements);
  Entry& entry = entries_[address];
  bytes_ += stored.size() - entry.stored.size();
  entry = {.stored = {stored.begin(), stored.end()}, .shape = shape, .packed = packed};
  return packed;
}

void Accumulators::clear(std::uint32_t pixels, std::uint32_t outputs) {
  pixels_ = pixels;
  outputs_ = outputs;
  sums_.assign(std::size_t{pixels} * stride(), 0);
}

void Accumulators::load(std::span<const std::uint8_t> stored, std::uint32_t pixels, std::uint32_t outputs) {
  clear(pixels, outputs);
  const std::uint8_t* from = stored.data();
  for (std::uint32_t output = 0; output < outputs; ++output) {
    std::int32_t* to = sums_.data() + output;
    for (std::uint32_t pixel = 0; pixel < pixels; ++pixel, to += stride(), from += sizeof(*to)) {
      std::memcpy(to, from, sizeof(*to));
    }
  }
}

}  // namespace kasane::ncu
