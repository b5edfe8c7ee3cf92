#include "models/hiddenite/mask_decoder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace kasane::hiddenite {
namespace {

static_assert(std::endian::native == std::endian::little, "masks are read in words");

/// Some weights' bits, the first one lowest.
struct Run {
  std::uint32_t bits = 0;
  std::uint32_t weights = 0;
};

/// What one field stands for.
constexpr std::uint32_t weights_of(std::uint32_t field, std::uint32_t longest) {
  return field == longest ? longest : field + 1;
}

/// What each value of some fields together stands for.
template <std::uint32_t field_bits, std::uint32_t fields>
constexpr auto make_runs() {
  constexpr std::uint32_t longest = (1u << field_bits) - 1;
  static_assert(fields * longest <= 32);
  std::array<Run, 1u << field_bits * fields> runs{};
  for (std::uint32_t value = 0; value < runs.size(); ++value) {
    Run& run = runs[value];
    for (std::uint32_t index = 0; index < fields; ++index) {
      const std::uint32_t field = value >> index * field_bits & longest;
      if (field < longest) run.bits |= 1u << (run.weights + field);
      run.weights += weights_of(field, longest);
    }
  }
  return runs;
}

/// The field at bit `at`, which together with the field lies in the mask. Precondition: field_bits <= 8.
std::uint32_t field_at(std::span<const std::uint8_t> mask, std::uint64_t at, std::uint32_t field_bits) {
  const std::uint8_t* byte = mask.data() + at / 8;
  const std::uint32_t last = (at % 8 + field_bits > 8) ? byte[1] : 0u;
  return (byte[0] | last << 8) >> at % 8 & ((1u << field_bits) - 1);
}

/// Where a decoder stands.
struct Progress {
  std::uint32_t fields = 0;
  std::uint64_t weights = 0;
};

/// Decodes, as long as no field can reach beyond the tile, `groups` groups of `fields` fields at a time: the
/// bits of all groups are put together before any is stored.
template <std::uint32_t field_bits, std::uint32_t fields, std::uint32_t groups>
Progress decode_groups(std::span<const std::uint8_t> mask, std::uint32_t all_fields, std::uint32_t weights,
                       std::uint64_t* kept) {
  static constexpr auto runs = make_runs<field_bits, fields>();
  constexpr std::uint32_t bits = field_bits * fields;
  constexpr std::uint32_t bytes = bits * groups / 8;
  constexpr std::uint32_t readable = (32 + field_bits - 1) / field_bits;  // fields that fill a word
  constexpr std::uint32_t most = groups * fields * ((1u << field_bits) - 1);
  static_assert(bits * groups % 8 == 0 && bytes <= 4 && most + 7 < 64);
  auto* const to = reinterpret_cast<std::uint8_t*>(kept);
  const std::uint8_t* from = mask.data();
  Progress done;
  std::uint64_t pending = 0;  // bits that do not fill a byte yet
  while (all_fields - done.fields >= readable && done.weights + most <= weights) {
    std::uint32_t values;
    std::memcpy(&values, from, sizeof values);
    from += bytes;
    std::uint64_t word = 0;
    std::uint32_t length = 0;
    for (std::uint32_t group = 0; group < groups; ++group) {
      const Run run = runs[values >> group * bits & (runs.size() - 1)];
      word |= std::uint64_t{run.bits} << length;
      length += run.weights;
    }
    const std::uint64_t used = done.weights % 8;
    pending |= word << used;
    std::memcpy(to + done.weights / 8, &pending, sizeof pending);
    pending >>= (used + length) / 8 * 8;
    done.weights += length;
    done.fields += groups * fields;
  }
  return done;
}

/// Zero runs of two bits or more.
bool decode_runs(std::span<const std::uint8_t> mask, std::uint32_t field_bits, std::uint32_t fields,
                 std::uint32_t weights, WeightBits& kept) {
  kept.clear(weights);
  std::uint64_t* const words = kept.words();
  Progress done;
  if (field_bits == 2) done = decode_groups<2, 4, 4>(mask, fields, weights, words);
  if (field_bits == 3) done = decode_groups<3, 2, 4>(mask, fields, weights, words);
  if (field_bits == 4) done = decode_groups<4, 2, 1>(mask, fields, weights, words);
  const std::uint32_t longest = (1u << field_bits) - 1;
  std::uint64_t at = done.weights;
  for (std::uint32_t index = done.fields; index < fields; ++index) {
    if (at >= weights) return false;  // the tile is covered already
    const std::uint32_t field = field_at(mask, std::uint64_t{index} * field_bits, field_bits);
    const std::uint64_t zeros_end = at + field;
    if (zeros_end > weights) return false;
    if (field < longest && zeros_end < weights) words[zeros_end / 64] |= std::uint64_t{1} << zeros_end % 64;
    at += weights_of(field, longest);
  }
  return at >= weights;
}

/// One bit a weight; `kept_is` what it is for a kept one.
void decode_bits(std::span<const std::uint8_t> mask, std::uint32_t weights, bool kept_is, WeightBits& kept) {
  kept.clear(weights);
  std::uint64_t* const words = kept.words();
  std::memcpy(words, mask.data(), mask.size());
  if (kept_is) return;
  for (std::uint32_t word = 0; word < weights / 64; ++word) words[word] = ~words[word];
  words[weights / 64] ^= (std::uint64_t{1} << weights % 64) - 1;
}

}  // namespace

bool decode_mask(std::span<const std::uint8_t> mask, std::uint32_t field_bits, std::uint32_t fields,
                 std::uint32_t weights, WeightBits& kept) {
  if (fields == 0 || mask.size() != mask_bytes(fields, field_bits)) return false;
  const std::uint64_t bits = std::uint64_t{fields} * std::max(1u, field_bits);
  if (bits % 8 != 0 && mask.back() >> bits % 8 != 0) return false;
  if (field_bits > 1) return decode_runs(mask, field_bits, fields, weights, kept);
  // A run of at most one zero: 0 is a kept weight, 1 one that is masked off.
  if (fields != weights) return false;
  decode_bits(mask, weights, field_bits == 0, kept);
  return true;
}

}  // namespace kasane::hiddenite
