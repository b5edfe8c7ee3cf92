/// Which layers run on the Cartesian-product array.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kasane::compiler {

/// The array of the chip and what stays on the NCU although the array could compute it.
struct ArrayMapping {
  std::uint32_t columns = 32;           ///< output channels of a tile: even, 2 ... 65534
  bool first_and_last_on_ncu = true;    ///< the first and the last layer with weights stay int8 on the NCU
  std::vector<std::string> ncu_layers;  ///< names of more layers that stay there
};

}  // namespace kasane::compiler
