/// What operations, memories and registers cost in energy, leakage and area, from a technology file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "models/common/power_domain.h"

namespace kasane {

/// A value with the bounds its source allows.
struct Figure {
  double typical = 0;
  double low = 0;
  double high = 0;
};

enum class Corner : std::uint8_t { low, typical, high };
enum class SramFlavour : std::uint8_t { lstp, lop, hp };

struct TechnologyChoice {
  std::filesystem::path file;
  Corner corner = Corner::typical;
  SramFlavour sram_flavour = SramFlavour::lstp;
};

/// One SRAM macro.
struct SramFigures {
  double read_joules = 0;   ///< of one access of the full width
  double write_joules = 0;  ///< of one access of the full width
  double leakage_watts = 0;
  double area_mm2 = 0;
  double cycle_seconds = 0;
};

/// All figures at nominal voltage and the chosen corner. Unknown names throw std::invalid_argument naming the
/// figure and the file: an energy is never silently zero.
class Technology {
 public:
  static Technology load(const TechnologyChoice& choice);

  double joules(std::string_view operation) const;         ///< energy of one operation, > 0
  double leakage_watts(std::string_view component) const;  ///< leakage of one component
  double area_mm2(std::string_view component) const;       ///< area of one component

  /// A macro of `bytes` with a port of `width_bits`, interpolated in the CACTI table for the chosen flavour.
  SramFigures sram(std::uint64_t bytes, std::uint32_t width_bits) const;

  /// Energy and leakage against voltage, relative to nominal_volts().
  VoltageScaling scaling() const;
  double nominal_volts() const;
  const std::string& name() const;
};

}  // namespace kasane
