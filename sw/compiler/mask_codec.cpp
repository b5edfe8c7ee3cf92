#include "sw/compiler/mask_codec.h"

namespace kasane::compiler {
namespace {

/// Calls `field(value)` for each field of a tile in turn.
template <typename Field>
void for_each_field(std::span<const std::int8_t> weights, std::uint32_t field_bits, const Field& field) {
  if (field_bits == 0) {
    for (const std::int8_t weight : weights) field(weight != 0 ? 1U : 0U);
    return;
  }
  const std::uint32_t longest = (1U << field_bits) - 1;  // a run without a kept weight
  std::uint32_t run = 0;
  for (const std::int8_t weight : weights) {
    if (weight == 0) {
      if (++run < longest) continue;
      field(longest);
    } else {
      field(run);
    }
    run = 0;
  }
  if (run > 0) field(run);  // its kept weight is the one beyond the tile's end
}

/// Puts fields one behind the other, the first one lowest.
class BitWriter {
 public:
  explicit BitWriter(std::vector<std::uint8_t>& bytes) : bytes_(bytes) {}

  /// At most 8 bits.
  void append(std::uint32_t value, std::uint32_t bits) {
    pending_ |= value << filled_;
    filled_ += bits;
    while (filled_ >= 8) flush_byte();
  }
  void finish() {
    if (filled_ > 0) flush_byte();
  }

 private:
  void flush_byte() {
    bytes_.push_back(static_cast<std::uint8_t>(pending_));
    pending_ >>= 8;
    filled_ = filled_ > 8 ? filled_ - 8 : 0;
  }

  std::vector<std::uint8_t>& bytes_;
  std::uint32_t pending_ = 0;
  std::uint32_t filled_ = 0;
};

}  // namespace

std::uint32_t count_mask_fields(std::span<const std::int8_t> weights, std::uint32_t field_bits) {
  std::uint32_t fields = 0;
  for_each_field(weights, field_bits, [&](std::uint32_t) { ++fields; });
  return fields;
}

std::uint32_t append_mask(std::span<const std::int8_t> weights, std::uint32_t field_bits,
                          std::vector<std::uint8_t>& bytes) {
  std::uint32_t fields = 0;
  BitWriter writer(bytes);
  for_each_field(weights, field_bits, [&](std::uint32_t value) {
    writer.append(value, field_bits == 0 ? 1 : field_bits);
    ++fields;
  });
  writer.finish();
  return fields;
}

}  // namespace kasane::compiler
