#include "models/neural_comp_unit/datapath.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <vector>

#include "models/common/channel_parameters.h"
#include "models/neural_comp_unit/convolution_parts.h"

namespace kasane::ncu {
namespace {

class ConvolutionDatapath : public Datapath {
 public:
  ConvolutionDatapath(const kasane_ncu_convolution& command, PackedWeightsCache& cache)
      : command_(command), cache_(cache) {}

  void load_input(const Slot& slot, std::span<const std::uint8_t> bytes) override {
    patches_[slot.input_half].pack(bytes, slot.input, slot.patch, command_.pad_value);
  }

  std::uint32_t load_weights(const Slot& slot, std::span<const std::uint8_t> bytes) override {
    weights_[slot.weight_half] = cache_.pack(slot.weight_loads.front().address, bytes, slot.output.channels,
                                             slot.input.channels, kernel_elements());
    return KASANE_ERROR_NONE;
  }

  bool load_parameters(std::span<const std::uint8_t> bytes) override { return decode(bytes, waiting_); }

  void compute(const Slot& slot) override {
    if (slot.fresh_parameters) parameters_ = waiting_;
    if (slot.first_chunk) begin(slot, sums_);
    if (slot.input.channels == 0) return;  // a residual that keeps nothing of these outputs
    accumulate(patches_[slot.input_half], *weights_[slot.weight_half], sliding_of(command_),
               slot.output.columns, sums_);
  }

  void drain(const Slot&, std::span<std::uint8_t> output) override {
    requantize(sums_, parameters_, {command_.output_zero_point, command_.output_min, command_.output_max},
               output);
  }

 protected:
  /// Makes the sums what they are before the first product.
  virtual void begin(const Slot& slot, Accumulators& sums) {
    sums.clear(slot.output.rows * slot.output.columns, slot.output.channels);
  }
  std::uint32_t kernel_elements() const {
    return std::uint32_t{command_.kernel_height} * command_.kernel_width;
  }

 private:
  kasane_ncu_convolution command_;
  PackedWeightsCache& cache_;
  std::array<std::shared_ptr<const PackedWeights>, 2> weights_;
  std::array<PackedPatch, 2> patches_;
  std::vector<kasane_channel_parameters> parameters_;
  std::vector<kasane_channel_parameters> waiting_;  ///< loaded while the former tile has yet to drain
  Accumulators sums_;
};

/// Each kept kernel goes to its entry's place in its output lane; the places of others hold zeros here, where
/// the hardware has gated its clock.
class ResidualDatapath : public ConvolutionDatapath {
 public:
  ResidualDatapath(const kasane_ncu_residual& command, PackedWeightsCache& cache)
      : ConvolutionDatapath(dense_layer(command), cache) {}

  std::uint32_t load_weights(const Slot& slot, std::span<const std::uint8_t> bytes) override {
    const std::size_t entries = slot.kept.size();
    const std::size_t kernel = kernel_elements();
    dense_.assign(slot.output.channels * entries * kernel, 0);
    const std::uint8_t* from = bytes.data() + slot.kept.size_bytes();  // behind the list's entries
    for (std::size_t entry = 0; entry < entries; ++entry) {
      for (std::uint32_t outputs = slot.kept[entry].outputs; outputs != 0; outputs &= outputs - 1) {
        const auto output = static_cast<std::size_t>(std::countr_zero(outputs));
        std::copy_n(from, kernel,
                    dense_.begin() + static_cast<std::ptrdiff_t>((output * entries + entry) * kernel));
        from += kernel;
      }
    }
    return ConvolutionDatapath::load_weights(slot, dense_);
  }

  void load_sums(const Slot& slot, std::span<const std::uint8_t> bytes) override {
    waiting_sums_.load(bytes, slot.output.rows * slot.output.columns, slot.output.channels);
  }

 protected:
  void begin(const Slot&, Accumulators& sums) override { std::swap(sums, waiting_sums_); }

 private:
  std::vector<std::uint8_t> dense_;
  Accumulators waiting_sums_;  ///< loaded while the former tile has yet to drain
};

/// Pooling and element-wise work: a slot's input is reduced to its output in one go.
class DirectDatapath : public Datapath {
 public:
  void load_input(const Slot& slot, std::span<const std::uint8_t> bytes) override {
    inputs_[slot.input_half].assign(bytes.begin(), bytes.end());
  }
  void drain(const Slot&, std::span<std::uint8_t> output) override {
    std::copy_n(results_.begin(), output.size(), output.begin());
  }

 protected:
  std::array<std::vector<std::uint8_t>, 2> inputs_;
  std::vector<std::uint8_t> results_;
};

class PoolDatapath : public DirectDatapath {
 public:
  explicit PoolDatapath(const kasane_ncu_pool& command) : command_(command) {}

  bool load_parameters(std::span<const std::uint8_t> bytes) override {
    return decode(bytes, parameters_) &&
           std::all_of(parameters_.begin(), parameters_.end(),
                       [](const kasane_channel_parameters& record) { return record.bias == 0; });
  }

  void compute(const Slot& slot) override {
    results_.resize(slot.output.elements());
    if (command_.header.opcode == KASANE_NCU_MAX_POOL) {
      max_pool(command_, slot, inputs_[slot.input_half], results_);
    } else {
      average_pool(command_, slot, inputs_[slot.input_half], parameters_, results_);
    }
  }

 private:
  kasane_ncu_pool command_;
  std::vector<kasane_channel_parameters> parameters_;
};

class ElementwiseDatapath : public DirectDatapath {
 public:
  explicit ElementwiseDatapath(const kasane_ncu_elementwise& command) : command_(command) {}

  void compute(const Slot& slot) override {
    const std::size_t count = slot.output.columns;
    const std::span<const std::uint8_t> input = inputs_[slot.input_half];
    results_.resize(count);
    elementwise(command_, input.first(count), input.subspan(count), results_);
  }

 private:
  kasane_ncu_elementwise command_;
};

template <typename Command>
Command as(Record record) {
  Command command;
  std::memcpy(&command, record.data(), sizeof(command));
  return command;
}

}  // namespace

std::unique_ptr<Datapath> make_datapath(Record record, PackedWeightsCache& cache) {
  switch (as<kasane_ncu_convolution>(record).header.opcode) {
    case KASANE_NCU_MAX_POOL:
    case KASANE_NCU_AVERAGE_POOL:
      return std::make_unique<PoolDatapath>(as<kasane_ncu_pool>(record));
    case KASANE_NCU_RESIDUAL:
      return std::make_unique<ResidualDatapath>(as<kasane_ncu_residual>(record), cache);
    case KASANE_NCU_ADD:
    case KASANE_NCU_REQUANTIZE:
      return std::make_unique<ElementwiseDatapath>(as<kasane_ncu_elementwise>(record));
    default:
      return std::make_unique<ConvolutionDatapath>(as<kasane_ncu_convolution>(record), cache);
  }
}

}  // namespace kasane::ncu
