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
#include "models/common/figure.h"
#include "models/common/power_domain.h"
#include "models/technology/sram_table.h"

namespace kasane {

/// Which of a table's figures the model counts with.
enum class Corner : std::uint8_t { low, typical, high };
const char* corner_name(Corner corner);

struct TechnologyChoice {
  std::filesystem::path file;
  Corner corner = Corner::typical;
  SramFlavour sram_flavour = SramFlavour::lstp;
};

/// One SRAM macro.
struct SramFigures {
  Figure read_joules;   ///< of one access of the full width
  Figure write_joules;  ///< of one access of the full width
  Figure leakage_watts;
  double area_mm2 = 0;  ///< the table's, at every corner
  double cycle_seconds = 0;
};

/// All figures at nominal voltage; their value is that of the chosen corner. Unknown names throw
/// std::invalid_argument naming the figure and the file: an energy is never silently zero.
class Technology {
 public:
  /// Reads the technology file; throws ConfigError (file, line, column, what was expected) where a row lacks
  /// its source, unit or bounds, or where two kinds of operation claim the same energy.
  static Technology load(const TechnologyChoice& choice);

  /// The table of SRAM macros that a technology file names. Throws ConfigError where that cannot be read.
  static std::filesystem::path sram_table_of(const std::filesystem::path& file);

  Figure joules(std::string_view operation) const;         ///< energy of one operation, > 0
  Figure leakage_watts(std::string_view component) const;  ///< leakage of one component
  double area_mm2(std::string_view component) const;       ///< area of one component, at the chosen corner

  /// A macro of `bytes` with a port of `width_bits`, interpolated in the CACTI table for the chosen flavour.
  SramFigures sram(std::uint64_t bytes, std::uint32_t width_bits) const;

  /// Energy and leakage against voltage, relative to nominal_volts().
  VoltageScaling scaling() const;
  double nominal_volts() const { return nominal_volts_; }
  const std::string& name() const { return name_; }

 private:
  /// Typical value and bounds, as the file has them.
  struct Entry {
    double typical = 1;
    double low = 1;
    double high = 1;
  };
  /// One row of the table, in joules, watts and square millimetres; what the row does not give is not there.
  struct Row {
    std::string kind;
    std::optional<Entry> joules;
    std::optional<Entry> leakage_watts;
    std::optional<Entry> area_mm2;
  };
  /// Bounds of a macro's figures relative to the SRAM table.
  struct SramBounds {
    Entry read;
    Entry write;
    Entry leakage;
  };
  Technology(std::filesystem::path file, Corner corner);
  static std::optional<Entry> read_entry(Section& row, const std::string& key, double unit);
  static Entry read_relative_bounds(Section& section, const std::string& key);
  void read_sram(Section section, SramFlavour flavour);
  void add_row(Section row);
  void refuse_shared_energy(const Section& row, const std::string& name, const Row& added) const;
  Figure figure(std::string_view name, std::optional<Entry> Row::*member, std::string_view what) const;
  Figure at_corner(const Entry& entry) const;

  std::filesystem::path file_;
  Corner corner_;
  std::optional<SramTable> sram_;  ///< there once the file is read
  SramBounds sram_bounds_;
  std::string name_;
  double nominal_volts_ = 0;
  double energy_a_ = 0;  ///< relative energy = (a V^2 + b V + c) / (the same at nominal)
  double energy_b_ = 0;
  double energy_c_ = 0;
  double leakage_dibl_volts_ = 0;
  std::map<std::string, Row, std::less<>> rows_;
};

}  // namespace kasane
