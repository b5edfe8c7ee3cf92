/// The CACTI table of SRAM macros, interpolated.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace kasane {

enum class SramFlavour : std::uint8_t { lstp, lop, hp };

/// One SRAM macro as the table has it.
struct SramTypical {
  double read_joules = 0;   ///< of one access of the full width
  double write_joules = 0;  ///< of one access of the full width
  double leakage_watts = 0;
  double area_mm2 = 0;
  double cycle_seconds = 0;
};

/// A positive quantity over (size, width), smooth in logarithms: a plane fitted by least squares to the
/// logarithms of the samples, plus the samples' residuals weighted by inverse squared distance. Exact at
/// every sample; beyond them it follows the plane, that is, a power law in size and width.
class LogSurface {
 public:
  struct Sample {
    double bytes;
    double width_bits;
    double value;  ///< > 0
  };
  /// At least three samples that do not lie on one line.
  explicit LogSurface(const std::vector<Sample>& samples);
  double at(double bytes, double width_bits) const;

 private:
  struct Point {
    double x;
    double y;
    double residual;
  };
  double plane(double x, double y) const { return constant_ + slope_x_ * x + slope_y_ * y; }

  double constant_ = 0;
  double slope_x_ = 0;
  double slope_y_ = 0;
  std::vector<Point> points_;
};

class SramTable {
 public:
  /// Reads the CSV (cell, size_B, width_b, read_pJ, write_pJ, read_pJ_per_bit, leak_mW, area_mm2, cycle_ns)
  /// and keeps one flavour. Leakages that the table rounds to zero are left to the fit. Throws ConfigError
  /// naming file and line.
  static SramTable read(const std::filesystem::path& file, SramFlavour flavour);

  SramTypical at(std::uint64_t bytes, std::uint32_t width_bits) const;

 private:
  LogSurface read_joules_;
  LogSurface write_joules_;
  LogSurface leakage_watts_;
  LogSurface area_mm2_;
  LogSurface cycle_seconds_;

  SramTable(LogSurface read_joules, LogSurface write_joules, LogSurface leakage, LogSurface area,
            LogSurface cycle);
};

}  // namespace kasane
