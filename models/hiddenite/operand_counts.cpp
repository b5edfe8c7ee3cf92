#include "models/hiddenite/operand_counts.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/hiddenite/operand_counts.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef KASANE_HIDDENITE_OPERAND_COUNTS_SHARED
#define KASANE_HIDDENITE_OPERAND_COUNTS_SHARED
namespace kasane::hiddenite {
struct KeptSums {
  std::uint64_t kept = 0;
  std::uint64_t products = 0;  ///< of keepers and operands
};
}  // namespace kasane::hiddenite
#endif

HWY_BEFORE_NAMESPACE();
namespace kasane::hiddenite::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Of some weights: how many outputs keep one, together, and how many of these have how many operands.
KeptSums sum_keepers(const std::uint32_t* keepers, const std::uint32_t* operands, std::size_t count) {
  KeptSums result;
  std::size_t at = 0;
#if HWY_TARGET != HWY_SCALAR  // whose vectors have no even lanes
  const hn::ScalableTag<std::uint64_t> wide;
  const hn::Repartition<std::uint32_t, decltype(wide)> tag;
  const auto low = hn::Set(wide, 0xFFFFFFFFu);
  auto kept = hn::Zero(wide);
  auto products = hn::Zero(wide);
  for (; at + hn::Lanes(tag) <= count; at += hn::Lanes(tag)) {
    const auto keeper = hn::LoadU(tag, keepers + at);
    const auto operand = hn::LoadU(tag, operands + at);
    const auto odd_keeper = hn::ShiftRight<32>(hn::BitCast(wide, keeper));
    const auto odd_operand = hn::ShiftRight<32>(hn::BitCast(wide, operand));
    const auto even_products = hn::MulEven(keeper, operand);
    const auto odd_products = hn::MulEven(hn::BitCast(tag, odd_keeper), hn::BitCast(tag, odd_operand));
    kept = hn::Add(kept, hn::Add(odd_keeper, hn::And(hn::BitCast(wide, keeper), low)));
    products = hn::Add(products, hn::Add(even_products, odd_products));
  }
  result = {hn::GetLane(hn::SumOfLanes(wide, kept)), hn::GetLane(hn::SumOfLanes(wide, products))};
#endif
  for (; at < count; ++at) {
    result.kept += keepers[at];
    result.products += std::uint64_t{keepers[at]} * operands[at];
  }
  return result;
}

}  // namespace kasane::hiddenite::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kasane::hiddenite {
HWY_EXPORT(sum_keepers);

OperandCounts count_operands(const InputPatch& patch, const TileWeights& tile, std::uint32_t first) {
  const std::size_t weights = patch.operands().size();
  const std::uint64_t pixels = patch.pixels().pixels();
  const KeptSums sums = HWY_DYNAMIC_DISPATCH(sum_keepers)(tile.keepers().subspan(first, weights).data(),
                                                          patch.nonzero().data(), weights);
  return {.added = sums.products,
          .zero = pixels * sums.kept - sums.products,
          .masked = pixels * (weights * tile.outputs() - sums.kept)};
}

}  // namespace kasane::hiddenite
#endif
