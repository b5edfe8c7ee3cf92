/// Layers with dense maps whose bursts can be counted by hand.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "kasane/cartesian_array.h"
#include "tests/reference/convolution_fields.h"
#include "tests/reference/ncu_reference.h"

namespace kasane::cartesian {

struct DenseShape {
  std::uint32_t inputs = 1;
  std::uint32_t size = 1;  ///< input height and width
  std::uint32_t outputs = 1;
  std::uint16_t kernel = 1;
  std::uint16_t stride = 1;
  std::uint16_t pad = 0;
  std::uint32_t groups = 1;
  std::uint8_t input_bits = 4;
  std::uint8_t output_bits = 4;
  std::uint16_t columns = 32;
  std::uint64_t kept =
      ~std::uint64_t{0};  ///< coordinates, the same for all channels; those of the kernel count
};

/// Input at 0 of FMM, output right behind it; of WM parameters at 0, then bitmaps, then weights.
struct DenseLayer {
  kasane_cartesian_convolution command{};
  std::vector<std::uint8_t> wm;
  std::uint64_t kept_a_channel = 0;

  explicit DenseLayer(const DenseShape& shape) {
    command.header = {KASANE_CARTESIAN_CONVOLUTION, KASANE_NO_LAYER, 0};
    reference::set_square_shape(command, shape);
    reference::set_dense_maps(command, shape.input_bits == 4 ? (shape.inputs + 1) / 2 : shape.inputs);
    command.tile_outputs = shape.columns;
    command.input_bits = shape.input_bits;
    command.output_bits = shape.output_bits;
    command.output_min = shape.output_bits == 4 ? -8 : -128;
    command.output_max = shape.output_bits == 4 ? 7 : 127;
    append_lists(shape);
  }

  reference::CommandRecord record() const { return reference::record_of(command); }

 private:
  /// All weights are 1, all parameters leave the sum as it is.
  void append_lists(const DenseShape& shape) {
    const std::uint32_t elements = std::uint32_t{shape.kernel} * shape.kernel;
    const std::uint64_t bitmap = shape.kept & (~std::uint64_t{0} >> (64 - elements));
    for (std::uint64_t bits = bitmap; bits != 0; bits &= bits - 1) ++kept_a_channel;
    for (std::uint32_t o = 0; o < shape.outputs; ++o)
      for (const int word : {0, 2, 1})
        wm.insert(wm.end(), {static_cast<std::uint8_t>(word), 0, 0, 0});  // bias, multiplier, shift
    command.kept_address = static_cast<std::uint32_t>(wm.size());
    std::uint32_t weight_bytes = 0;
    const std::uint32_t group_inputs = shape.inputs / shape.groups,
                        group_outputs = shape.outputs / shape.groups;
    for (std::uint32_t group = 0; group < shape.groups; ++group)
      for (std::uint32_t first = 0; first < group_outputs; first += shape.columns) {
        const std::uint32_t outputs = std::min<std::uint32_t>(shape.columns, group_outputs - first);
        for (std::uint32_t i = 0; i < group_inputs; ++i)
          for (std::uint32_t bit = 0; bit < elements; bit += 8)
            wm.push_back(static_cast<std::uint8_t>(bitmap >> bit));
        weight_bytes += static_cast<std::uint32_t>(group_inputs * kept_a_channel * ((outputs + 1) / 2));
      }
    command.weight_address = static_cast<std::uint32_t>(wm.size());
    command.weight_bytes = weight_bytes;
    wm.resize(wm.size() + weight_bytes, 0x11);
  }
};

}  // namespace kasane::cartesian
