#include "models/technology/sram_table.h"

#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <string>
#include <string_view>

#include "models/common/config/section.h"

namespace kasane {
namespace {

std::string_view flavour_name(SramFlavour flavour) {
  switch (flavour) {
    case SramFlavour::lstp:
      return "itrs-lstp";
    case SramFlavour::lop:
      return "itrs-lop";
    case SramFlavour::hp:
      return "itrs-hp";
  }
  return "";
}

constexpr std::string_view header =
    "cell,size_B,width_b,read_pJ,write_pJ,read_pJ_per_bit,leak_mW,area_mm2,cycle_ns";
constexpr std::size_t column_count = 9;
enum Column : std::size_t {
  size_b = 1,
  width_b,
  read_pj,
  write_pj,
  read_pj_per_bit,
  leak_mw,
  area,
  cycle_ns
};

using Row = std::array<double, column_count>;  // the flavour's column stays 0

[[noreturn]] void refuse(const std::filesystem::path& file, std::size_t line, const std::string& expected) {
  throw ConfigError(file.string() + ":" + std::to_string(line) + ": expected " + expected);
}

/// Splits a line; the first field goes to `flavour`.
Row parse(const std::filesystem::path& file, std::size_t line, std::string_view text,
          std::string_view& flavour) {
  Row row{};
  for (std::size_t column = 0; column < column_count; ++column) {
    const std::size_t comma = text.find(',');
    const bool last = column + 1 == column_count;
    if (last != (comma == std::string_view::npos)) refuse(file, line, "nine fields");
    std::string_view field = text.substr(0, comma);
    text.remove_prefix(last ? text.size() : comma + 1);
    while (field.starts_with(' ')) field.remove_prefix(1);
    if (column == 0) {
      flavour = field;
      continue;
    }
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), row[column]);
    const bool zero_allowed = column == Column::leak_mw;
    if (error != std::errc{} || end != field.data() + field.size() ||
        !(row[column] > 0 || (zero_allowed && row[column] == 0))) {
      refuse(file, line, "a positive number, got '" + std::string(field) + "'");
    }
  }
  return row;
}

std::vector<Row> read_rows(const std::filesystem::path& file, SramFlavour wanted) {
  std::ifstream stream(file);
  std::string text;
  if (!stream || !std::getline(stream, text))
    throw ConfigError(file.string() + ": cannot read the SRAM table");
  if (text != header) refuse(file, 1, std::string(header));
  std::vector<Row> rows;
  for (std::size_t line = 2; std::getline(stream, text); ++line) {
    if (text.empty()) continue;
    std::string_view flavour;
    const Row row = parse(file, line, text, flavour);
    if (flavour == flavour_name(wanted)) rows.push_back(row);
  }
  if (rows.size() < 3) {
    throw ConfigError(file.string() + ": expected at least 3 rows of " + std::string(flavour_name(wanted)));
  }
  return rows;
}

LogSurface surface(const std::vector<Row>& rows, Column column, double unit) {
  std::vector<LogSurface::Sample> samples;
  for (const Row& row : rows) {
    if (row[column] > 0) samples.push_back({row[Column::size_b], row[Column::width_b], row[column] * unit});
  }
  return LogSurface(samples);
}

}  // namespace

LogSurface::LogSurface(const std::vector<Sample>& samples) {
  const double count = static_cast<double>(samples.size());
  double mean_x = 0;
  double mean_y = 0;
  double mean_z = 0;
  for (const Sample& sample : samples) {
    points_.push_back({std::log2(sample.bytes), std::log2(sample.width_bits), std::log2(sample.value)});
    mean_x += points_.back().x / count;
    mean_y += points_.back().y / count;
    mean_z += points_.back().residual / count;
  }
  // Normal equations of the least-squares plane, about the means.
  double xx = 0;
  double xy = 0;
  double yy = 0;
  double xz = 0;
  double yz = 0;
  for (const Point& point : points_) {
    const double x = point.x - mean_x;
    const double y = point.y - mean_y;
    const double z = point.residual - mean_z;
    xx += x * x;
    xy += x * y;
    yy += y * y;
    xz += x * z;
    yz += y * z;
  }
  const double determinant = xx * yy - xy * xy;
  if (!(determinant > 0))
    throw ConfigError("SRAM table: sizes and widths lie on one line, expected a surface");
  slope_x_ = (xz * yy - yz * xy) / determinant;
  slope_y_ = (yz * xx - xz * xy) / determinant;
  constant_ = mean_z - slope_x_ * mean_x - slope_y_ * mean_y;
  for (Point& point : points_) point.residual -= plane(point.x, point.y);
}

double LogSurface::at(double bytes, double width_bits) const {
  const double x = std::log2(bytes);
  const double y = std::log2(width_bits);
  double weights = 0;
  double residual = 0;
  for (const Point& point : points_) {
    const double distance = (x - point.x) * (x - point.x) + (y - point.y) * (y - point.y);
    if (distance < 1e-18) return std::exp2(plane(x, y) + point.residual);
    weights += 1 / distance;
    residual += point.residual / distance;
  }
  return std::exp2(plane(x, y) + residual / weights);
}

SramTable::SramTable(LogSurface read_joules, LogSurface write_joules, LogSurface leakage,
                     LogSurface area_surface, LogSurface cycle)
    : read_joules_(std::move(read_joules)),
      write_joules_(std::move(write_joules)),
      leakage_watts_(std::move(leakage)),
      area_mm2_(std::move(area_surface)),
      cycle_seconds_(std::move(cycle)) {}

SramTable SramTable::read(const std::filesystem::path& file, SramFlavour flavour) {
  const std::vector<Row> rows = read_rows(file, flavour);
  return {surface(rows, Column::read_pj, 1e-12), surface(rows, Column::write_pj, 1e-12),
          surface(rows, Column::leak_mw, 1e-3), surface(rows, Column::area, 1),
          surface(rows, Column::cycle_ns, 1e-9)};
}

SramTypical SramTable::at(std::uint64_t bytes, std::uint32_t width_bits) const {
  const double size = static_cast<double>(bytes);
  const double width = static_cast<double>(width_bits);
  return {.read_joules = read_joules_.at(size, width),
          .write_joules = write_joules_.at(size, width),
          .leakage_watts = leakage_watts_.at(size, width),
          .area_mm2 = area_mm2_.at(size, width),
          .cycle_seconds = cycle_seconds_.at(size, width)};
}

}  // namespace kasane
