/// The random weight generator, as many weights at a time as a vector holds, and who keeps them.
#include "models/hiddenite/tile_weights.h"

#include "kasane/weight_generator.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/hiddenite/tile_weights.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "models/hiddenite/bits-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kasane::hiddenite::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using States = hn::ScalableTag<std::uint32_t>;
using State = hn::Vec<States>;

/// kasane_murmur_finalise().
HWY_INLINE State murmur_finalise(State state) {
  state = hn::Xor(state, hn::ShiftRight<16>(state));
  state = hn::Mul(state, hn::Set(States(), 0x85EBCA6Bu));
  state = hn::Xor(state, hn::ShiftRight<13>(state));
  state = hn::Mul(state, hn::Set(States(), 0xC2B2AE35u));
  return hn::Xor(state, hn::ShiftRight<16>(state));
}

/// kasane_xorshift_mix().
HWY_INLINE State xorshift_mix(State state) {
  for (int round = 0; round < 4; ++round) {
    state = hn::Xor(state, hn::ShiftLeft<13>(state));
    state = hn::Xor(state, hn::ShiftRight<17>(state));
    state = hn::Xor(state, hn::ShiftLeft<5>(state));
    state = hn::Add(state, hn::ShiftLeft<3>(state));
  }
  return state;
}

/// Bit 0 of the words of 64 successive indices; `state` is that of the first ones, and then of the next.
template <State (*word)(State)>
HWY_INLINE std::uint64_t low_bits(State& state) {
  const States tag;
  const auto one = hn::Set(tag, 1u);
  const auto step = hn::Set(tag, static_cast<std::uint32_t>(hn::Lanes(tag)) * kasane_generator_state(0, 1));
  std::uint64_t bits = 0;
  for (std::size_t lane = 0; lane < 64; lane += hn::Lanes(tag)) {
    bits |= bits_of(tag, hn::TestBit(word(state), one)) << lane;
    state = hn::Add(state, step);
  }
  return bits;
}

template <State (*word)(State)>
HWY_INLINE std::uint64_t signs(std::uint32_t layer_seed, std::uint32_t first, std::size_t words,
                               const std::uint64_t* kept, std::uint64_t* negative) {
  const States tag;
  const auto lanes = hn::Mul(hn::Iota(tag, 0), hn::Set(tag, kasane_generator_state(0, 1)));
  State state = hn::Add(hn::Set(tag, kasane_generator_state(layer_seed, first)), lanes);
  std::uint64_t found = 0;
  for (std::size_t at = 0; at < words; ++at) {
    negative[at] = low_bits<word>(state) & kept[at];
    found += hwy::PopCount(kept[at]);
  }
  return found;
}

/// Returns how many are kept.
std::uint64_t generate(std::uint32_t generator, std::uint32_t layer_seed, std::uint32_t first,
                       std::size_t words, const std::uint64_t* kept, std::uint64_t* negative) {
  if (generator == KASANE_GENERATOR_XORSHIFT) {
    return signs<xorshift_mix>(layer_seed, first, words, kept, negative);
  }
  return signs<murmur_finalise>(layer_seed, first, words, kept, negative);
}

/// Adds bit `first` + n of `kept` to keepers[n].
void add_keepers(const std::uint64_t* kept, std::size_t first, std::size_t count, std::uint32_t* keepers) {
  const States tag;
  const auto one = hn::Set(tag, 1u);
  std::size_t at = 0;
  for (; at + 64 <= count; at += 64) {
    std::uint64_t bits = bits_from(kept, first + at);
    for (std::size_t lane = 0; lane < 64; lane += hn::Lanes(tag)) {
      std::uint32_t* const to = keepers + at + lane;
      const auto added = hn::IfThenElseZero(mask_of(tag, bits >> lane), one);
      hn::StoreU(hn::Add(hn::LoadU(tag, to), added), tag, to);
    }
  }
  const std::uint64_t bits = bits_from(kept, first + at);
  for (std::size_t lane = 0; at + lane < count; ++lane) {
    keepers[at + lane] += static_cast<std::uint32_t>(bits >> lane & 1);
  }
}

}  // namespace kasane::hiddenite::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kasane::hiddenite {
HWY_EXPORT(generate);
HWY_EXPORT(add_keepers);

std::uint64_t generate_signs(const Generator& generator, std::uint32_t first, std::uint32_t weights,
                             const WeightBits& kept, WeightBits& negative) {
  return HWY_DYNAMIC_DISPATCH(generate)(generator.kind, generator.layer_seed, first,
                                        (std::size_t{weights} + 63) / 64, kept.words(), negative.words());
}

bool TileWeights::expand(std::span<const std::uint8_t> mask, std::uint32_t field_bits, std::uint32_t fields,
                         std::uint32_t weights, std::uint32_t outputs, const Generator& generator,
                         std::uint32_t first) {
  outputs_ = outputs;
  weights_an_output_ = weights / outputs;
  if (!decode_mask(mask, field_bits, fields, weights, kept_)) return false;
  negative_.clear(weights);
  kept_weights_ = generate_signs(generator, first, weights, kept_, negative_);
  count_keepers();
  return true;
}

void TileWeights::count_keepers() {
  keepers_.assign(weights_an_output_, 0);
  const auto add = HWY_DYNAMIC_DISPATCH(add_keepers);
  for (std::size_t output = 0; output < outputs_; ++output) {
    add(kept_.words(), output * weights_an_output_, weights_an_output_, keepers_.data());
  }
}

}  // namespace kasane::hiddenite
#endif
