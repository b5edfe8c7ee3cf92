/// Assembles a network package: the same contents give the same bytes.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "kasane/package.h"

namespace kasane::compiler {

using CommandBytes = std::array<std::uint8_t, KASANE_COMMAND_BYTES>;

template <typename Command>
CommandBytes to_bytes(const Command& command) {
  static_assert(sizeof(Command) == KASANE_COMMAND_BYTES);
  CommandBytes bytes;
  std::memcpy(bytes.data(), &command, sizeof(command));
  return bytes;
}

struct LayerRow {
  std::string name;
  std::string operators;
  kasane_layer record{};  ///< the string offsets are filled in by the writer
};

struct ExitRow {
  std::string name;
  kasane_exit record{};  ///< the string offset is filled in by the writer
};

struct PackageContents {
  std::string name;
  std::vector<LayerRow> layers;
  std::vector<ExitRow> exits;
  std::vector<kasane_step> steps;
  std::vector<CommandBytes> commands;
  std::vector<std::uint8_t> data;
  std::uint32_t setup_steps = 0;
  std::uint32_t fmm_bytes = 0;
  std::uint32_t wm_bytes = 0;
  std::uint32_t scratch_bytes = 0;
  std::uint32_t outputs_bytes = 0;
  std::uint32_t cpu_maps_bytes = 0;
  std::uint32_t cpu_weights_bytes = 0;
  std::uint32_t sums_bytes = 0;
  std::uint32_t table_bytes = 0;
  std::uint32_t kcu_design = 0;         ///< of the units the package is for; 0 if it uses none
  std::uint32_t array_columns = 0;      ///< of the Cartesian-product array, likewise
  std::uint32_t hiddenite_outputs = 0;  ///< output lanes of the hidden-network engine, likewise
  kasane_tensor_info input{};
  kasane_tensor_info output{};
};

/// Offset of the data section; DMA commands from KASANE_SPACE_PACKAGE need it before the package is written.
std::uint64_t data_offset(const PackageContents& contents);

/// Throws CompileError if the package would exceed 4 GiB.
std::vector<std::uint8_t> write_package(const PackageContents& contents);

}  // namespace kasane::compiler
