#include "sw/compiler/quantize_replacement.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "kasane/kernel_comp_units.h"
#include "sw/compiler/kernel_tables.h"

namespace kasane::compiler {
namespace {

/// The finest shift at which the largest gain still fits.
std::uint8_t choose_shift(double largest, std::int32_t limit) {
  std::uint8_t shift = 0;
  while (shift < KASANE_KCU_MAX_GAIN_SHIFT && std::round(std::ldexp(largest, shift + 1)) <= limit) ++shift;
  return shift;
}

}  // namespace

std::uint32_t ReplacedKernels::count() const {
  return static_cast<std::uint32_t>(
      std::count_if(units.begin(), units.end(), [](auto unit) { return unit >= 0; }));
}

void quantize_replaced_kernels(const Graph& graph, const Layer& layer, const Quantization& input,
                               const UnitSet& units, std::span<const MappedKernel> kernels,
                               const ReplacementOptions& options, QuantizedLayer& quantized) {
  const std::size_t outputs = layer.output.shape.channels;
  const std::size_t inputs = layer.inputs[0].shape.channels;
  const std::size_t taps = std::size_t{layer.window.kernel_height} * layer.window.kernel_width;

  // Gains in units of the output channel's weight scale: what the accumulator counts in.
  std::vector<double> factors(kernels.size());
  double largest = 0;
  for (std::size_t i = 0; i < kernels.size(); ++i) {
    if (kernels[i].unit < 0) continue;
    factors[i] = kernels[i].gain / quantized.weight_scales[i / inputs];
    largest = std::max(largest, std::abs(factors[i]));
  }
  const std::int32_t limit = (1 << (options.gain_bits - 1)) - 1;
  ReplacedKernels replaced{.kernel = layer.window.kernel_height, .gain_shift = choose_shift(largest, limit)};
  for (std::size_t i = 0; i < kernels.size(); ++i) {
    replaced.units.push_back(
        static_cast<std::int16_t>(std::max<std::int32_t>(kernels[i].unit, kernel_stays)));
    const double gain = std::round(std::ldexp(factors[i], replaced.gain_shift));
    replaced.gains.push_back(static_cast<std::int16_t>(std::clamp<double>(gain, -limit, limit)));
  }

  if (std::all_of(replaced.gains.begin(), replaced.gains.end(), [](auto gain) { return gain == 0; })) return;

  std::vector<std::int32_t> constant_sums;
  for (const Unit& unit : units.units)
    constant_sums.push_back(std::accumulate(unit.constants.begin(), unit.constants.end(), 0));
  for (std::size_t output = 0; output < outputs; ++output) {
    std::int64_t weights = 0;    // sum of the weights that leave the NCU
    std::int64_t responses = 0;  // what the units add for an input of 1, times 2^gain_shift
    for (std::size_t i = output * inputs; i < (output + 1) * inputs; ++i) {
      if (replaced.units[i] < 0) continue;
      const auto* first = &quantized.weights[i * taps];
      weights += std::accumulate(first, first + taps, 0);
      responses +=
          std::int64_t{replaced.gains[i]} * constant_sums[static_cast<std::size_t>(replaced.units[i])];
    }
    const double offset = std::ldexp(static_cast<double>(responses) * input.zero_point, -replaced.gain_shift);
    const std::int64_t bias =
        quantized.parameters[output].bias + input.zero_point * weights - std::llround(offset);
    if (std::abs(bias) > std::numeric_limits<std::int32_t>::max())
      graph.fail(layer,
                 "has a bias of " + std::to_string(bias) + " steps beside its units, expected 32 bits");
    quantized.parameters[output].bias = static_cast<std::int32_t>(bias);
  }
  replaced.table = correspondence_table(replaced, static_cast<std::uint32_t>(inputs));
  quantized.replaced = std::move(replaced);
  quantized.replaced->kept_block = std::min<std::uint32_t>(options.kept_block, KASANE_NCU_MAX_KEPT_BLOCK);
  quantized.replaced->kept =
      kept_kernels(quantized, static_cast<std::uint32_t>(inputs), static_cast<std::uint32_t>(outputs),
                   quantized.replaced->kept_block);
}

}  // namespace kasane::compiler
