/// Many sums at once from accumulators to int8 activations (kasane/requantize.h). Vectorised, with run-time
/// choice of the instruction set; every set yields the same bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kasane/neural_comp_unit.h"

namespace kasane {

/// What activations are shifted by and clamped to.
struct ActivationRange {
  std::int8_t zero_point = 0;
  std::int8_t minimum = -128;
  std::int8_t maximum = 127;
};

/// Lanes of requantisers, each with its constants.
class RequantizerLanes {
 public:
  /// Lanes come in so many.
  static constexpr std::size_t granule = 8;

  /// Lane i takes record i; the lanes beyond the records give arbitrary activations. Preconditions: `lanes`
  /// is a multiple of `granule`; the records are valid (channel_parameters.h).
  void assign(std::span<const kasane_channel_parameters> records, std::size_t lanes);
  /// All lanes take the same record. Preconditions as above.
  void fill(const kasane_channel_parameters& record, std::size_t lanes);

  /// Requantises sums (row, lane), of which the low `accumulator_bits` count, to activations (row, lane).
  /// What a sum makes with its bias wraps in 32 bits.
  void apply(const std::int32_t* sums, std::size_t rows, std::uint32_t accumulator_bits,
             const ActivationRange& range, std::uint8_t* activations) const;

  std::size_t lanes() const { return biases_.size(); }

 private:
  std::vector<std::int32_t> biases_;
  std::vector<std::int64_t> multipliers_;
  std::vector<std::int64_t> halves_;  ///< 2^(shift - 1)
  std::vector<std::int64_t> shifts_;
};

}  // namespace kasane
