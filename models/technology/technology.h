/// What operations, memories and registers cost in energy, leakage and area, from a technology file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "models/common/config/section.h"
#include "models/common/power_domain.h"
#include "models/technology/sram_table.h"

namespace kasane {

/// A value with the bounds its source allows.
struct Figure {
  double typical = 0;
  double low = 0;
  double high = 0;
};

enum class Corner : std::uint8_t { low, typical, high };
struct TechnologyChoice {
  std::filesystem::path file;
  Corner corner = Corner::typical;
  SramFlavour sram_flavour = SramFlavour::lstp;
};

/// All figures at nominal voltage and the chosen corner. Unknown names throw std::invalid_argument naming the
/// figure and the file: an energy is never silently zero.
class Technology {
 public:
  /// Reads the technology file; throws ConfigError (file, line, column, what was expected) where a row lacks
  /// its source, unit or bounds, or where two kinds of operation claim the same energy.
  static Technology load(const TechnologyChoice& choice);

  double joules(std::string_view operation) const;         ///< energy of one operation, > 0
  double leakage_watts(std::string_view component) const;  ///< leakage of one component
  double area_mm2(std::string_view component) const;       ///< area of one component

  /// A macro of `bytes` with a port of `width_bits`, interpolated in the CACTI table for the chosen flavour.
  SramFigures sram(std::uint64_t bytes, std::uint32_t width_bits) const {
    return sram_.at(bytes, width_bits);
  }

  /// Energy and leakage against voltage, relative to nominal_volts().
  VoltageScaling scaling() const;
  double nominal_volts() const { return nominal_volts_; }
  const std::string& name() const { return name_; }

 private:
  /// One row of the table, in joules, watts and square millimetres; what the row does not give is not there.
  struct Row {
    std::string kind;
    std::optional<Figure> joules;
    std::optional<Figure> leakage_watts;
    std::optional<Figure> area_mm2;
  };
  Technology(std::filesystem::path file, Corner corner, SramTable sram);
  void add_row(Section row);
  void refuse_shared_energy(const Section& row, const std::string& name, const Row& added) const;
  double figure(std::string_view name, std::optional<Figure> Row::*member, std::string_view what) const;

  std::filesystem::path file_;
  Corner corner_;
  SramTable sram_;
  std::string name_;
  double nominal_volts_ = 0;
  double energy_a_ = 0;  ///< relative energy = (a V^2 + b V + c) / (the same at nominal)
  double energy_b_ = 0;
  double energy_c_ = 0;
  double leakage_dibl_volts_ = 0;
  std::map<std::string, Row, std::less<>> rows_;
};

}  // namespace kasane
