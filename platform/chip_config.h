/// Kasane's whole chip as one typed value.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "models/cartesian_array/config.h"
#include "models/common/banked_sram.h"
#include "models/exit_unit/config.h"
#include "models/feature_map_memory/feature_map_memory.h"
#include "models/hiddenite/config.h"
#include "models/kernel_comp_unit/config.h"
#include "models/neural_comp_unit/config.h"
#include "models/weight_memory/weight_memory.h"
#include "platform/machine_config.h"
#include "platform/peripherals/dma.h"
#include "platform/peripherals/memory.h"
#include "sw/compiler/kernel_clustering/design.h"

namespace kasane {

/// Where the kernels of the Kernel Comp Units come from: a file of units, or clusters of networks' kernels.
struct UnitDesignConfig {
  std::filesystem::path file;                   ///< of units; empty: they are designed
  std::vector<std::filesystem::path> networks;  ///< ONNX, whose kernels are clustered
  compiler::DesignOptions
      options;  ///< options.count is the number of units in any case; 0: the chip has none
};

/// The Kernel Comp Units and the two memories that come with them.
struct KernelCompUnitsConfig {
  UnitDesignConfig design;
  kcu::KcuConfig units;  ///< units.units follow from the design
  BankedSramConfig partial_sum_memory{
      .bytes = 32 * 1024, .banks = 32, .bank_width_bytes = 4, .port_width_bytes = 32, .accumulates = true};
  BankedSramConfig table_memory{
      .bytes = 16 * 1024, .banks = 2, .bank_width_bytes = 8, .port_width_bytes = 16};

  bool present() const { return design.options.count > 0; }
};

struct ChipConfig : MachineConfig {
  MemoryConfig ram;
  DmaConfig dma;
  FeatureMapMemoryConfig feature_map_memory;
  WeightMemoryConfig weight_memory;
  NcuConfig ncu;
  KernelCompUnitsConfig kernel_comp_units;
  std::optional<CartesianConfig> cartesian_array;  ///< of a chip that has one
  std::optional<HiddeniteConfig> hiddenite;        ///< likewise
  std::optional<ExitUnitConfig> exit_unit;         ///< likewise; in the domain of the Neural Comp Unit
};

/// Whether the chip has a domain: those of engines that it need not have come with them.
inline bool has_domain(const ChipConfig& chip, DomainId id) {
  switch (id) {
    case DomainId::kcu:
    case DomainId::kcm:
      return chip.kernel_comp_units.present();
    case DomainId::array:
      return chip.cartesian_array.has_value();
    case DomainId::hiddenite:
      return chip.hiddenite.has_value();
    default:
      return true;
  }
}

/// Whether the chip has the block: all of a domain that it has, but for the exit unit.
inline bool has_block(const ChipConfig& chip, const MemoryMapEntry& entry) {
  if (entry.kind == KASANE_DEVICE_EXIT_UNIT) return chip.exit_unit.has_value();
  return has_domain(chip, entry.domain);
}

}  // namespace kasane
