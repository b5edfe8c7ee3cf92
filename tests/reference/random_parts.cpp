#include "tests/reference/random_parts.h"

#include <algorithm>
#include <cmath>

#include "tests/reference/memory_access.h"

namespace kasane::reference {
namespace {

/// Bytes of one of several kinds, as extremes of all operands together are what overflows.
void fill(Random& random, Bytes& memory, size_t begin, size_t bytes) {
  const int64_t kind = random.between(0, 5);
  for (size_t i = begin; i < begin + bytes; ++i) {
    switch (kind) {
      case 0:
        memory[i] = random.one_in(2) ? 0x7F : 0x80;  // 127 or -128
        break;
      case 1:
        memory[i] = 0x80;
        break;
      case 2:
        memory[i] = random.one_in(2) ? 0x7F : 0x81;  // +-127
        break;
      default:
        memory[i] = random.byte();
    }
  }
}

/// A multiplier and shift worth `scale` in all, multiplier in [2^30, 2^31) as a compiler would choose.
void set_scale(kasane_channel_parameters& p, double scale) {
  int exponent = 0;
  const double mantissa = std::frexp(scale, &exponent);
  p.multiplier = static_cast<int32_t>(std::min(std::ldexp(mantissa, 31), static_cast<double>(kLargest)));
  p.shift = std::clamp(31 - exponent, 1, 62);
}

}  // namespace

void place_in_any_order(Random& random, Bytes& memory, std::vector<Part> parts) {
  shuffle(random, parts);
  Layout layout(random, memory);
  for (const Part& part : parts) *part.address = layout.place(part.bytes, part.alignment);
}

uint32_t Layout::place(size_t bytes, size_t alignment) {
  grow(static_cast<size_t>(random_.between(0, 16)));
  while (memory_.size() % alignment != 0) grow(1);
  const size_t address = memory_.size();
  grow(bytes);
  fill(random_, memory_, address, bytes);
  return static_cast<uint32_t>(address);
}

void Layout::grow(size_t bytes) {
  for (size_t i = 0; i < bytes; ++i) memory_.push_back(random_.byte());
}

kasane_channel_parameters random_parameters(Random& random, double spread) {
  kasane_channel_parameters p{};
  p.bias = static_cast<int32_t>(random.between(-static_cast<int64_t>(spread), static_cast<int64_t>(spread)));
  set_scale(p, 64.0 / std::max(spread, 1.0) * static_cast<double>(random.between(50, 200)) / 100.0);
  if (random.one_in(8)) p.multiplier = random.one_in(4) ? 0 : kLargest;
  if (random.one_in(8)) p.shift = random.one_in(2) ? 1 : 62;
  if (random.one_in(8)) p.multiplier = static_cast<int32_t>(random.between(0, 8));
  if (random.one_in(8)) p.shift = static_cast<int32_t>(random.between(1, 10));
  if (random.one_in(8)) p.bias = random.one_in(2) ? kSmallest : kLargest;  // wraps with nearly any sum
  return p;
}

void write_parameters(Bytes& wm, uint32_t table, uint32_t index, const kasane_channel_parameters& p) {
  const uint64_t address = table + uint64_t{index} * sizeof p;
  store_word(wm, address, p.bias);
  store_word(wm, address + 4, p.multiplier);
  store_word(wm, address + 8, p.shift);
}

int8_t random_zero_point(Random& random) {
  if (random.one_in(3)) return random.one_in(2) ? -128 : 127;
  return static_cast<int8_t>(random.between(-128, 127));
}

}  // namespace kasane::reference
