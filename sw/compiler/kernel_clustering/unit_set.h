/// Which Kernel Comp Units a chip has.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace kasane::compiler {

/// One hard-wired kernel.
struct Unit {
  std::uint32_t size = 0;              ///< k: 3, 5 or 7
  std::vector<std::int8_t> constants;  ///< k * k, row by row, not all of them 0
  /// L2 norm of the kernels that it stands for, where they have no gains of their own: the mean over its
  /// cluster's members. At least 0.
  float amplitude = 0;

  /// constants * scale() is a unit vector.
  double scale() const;
  bool operator==(const Unit&) const = default;
};

/// In the chip's order: unit n is KCU n. At most KASANE_KCU_MAX_UNITS.
struct UnitSet {
  std::vector<Unit> units;

  bool operator==(const UnitSet&) const = default;
};

/// The CRC-32 by which a package and a chip make sure they mean the same units (KASANE_KCU_DESIGN). It does
/// not cover the amplitudes, which are no part of the hardware.
std::uint32_t design_crc(const UnitSet& set);

/// Readable YAML, the same bytes for the same set; load gives the same set back. Throws std::runtime_error
/// if the file cannot be written.
void save_units(const UnitSet& set, const std::filesystem::path& file);

/// Throws CompileError with one line (file, line and column, what was expected) for anything but a list of
/// well-formed units.
UnitSet load_units(const std::filesystem::path& file);

}  // namespace kasane::compiler
