/// Bits of words as masks of vectors, and back. For inclusion into code that is compiled once for every
/// instruction set, hence the guard that is turned over each time.
#include <cstdint>
#include <hwy/highway.h>

#if defined(KASANE_HIDDENITE_BITS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef KASANE_HIDDENITE_BITS_INL
#undef KASANE_HIDDENITE_BITS_INL
#else
#define KASANE_HIDDENITE_BITS_INL
#endif

HWY_BEFORE_NAMESPACE();
namespace kasane::hiddenite::HWY_NAMESPACE {

/// 64 bits from bit `at` on; the word after the one that it lies in must exist.
HWY_INLINE std::uint64_t bits_from(const std::uint64_t* words, std::size_t at) {
  const std::uint64_t low = words[at / 64] >> at % 64;
  return low | (words[at / 64 + 1] << 1) << (63 - at % 64);
}

/// A bit a lane, the first lane lowest; vectors of 64 lanes at most.
template <typename Tag, typename Mask>
HWY_INLINE std::uint64_t bits_of(Tag tag, Mask mask) {
  std::uint8_t bytes[8] = {};
  hwy::HWY_NAMESPACE::StoreMaskBits(tag, mask, bytes);
  std::uint64_t bits;
  hwy::CopyBytes<8>(bytes, &bits);
  return bits;
}

/// Likewise from the lowest bits.
template <typename Tag>
HWY_INLINE auto mask_of(Tag tag, std::uint64_t bits) {
  std::uint8_t bytes[8];
  hwy::CopyBytes<8>(&bits, bytes);
  return hwy::HWY_NAMESPACE::LoadMaskBits(tag, bytes);
}

}  // namespace kasane::hiddenite::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
