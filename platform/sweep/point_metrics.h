/// What a sweep keeps of one run: one row of numbers, and a row for each kind of block.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "kasane/package.h"

namespace kasane {

/// Energy and time are per image, between its begin and its end; areas in mm2; shares between 0 and 1.
/// "Accelerator" is Neural Comp Unit, Cartesian-product array, hidden-network engine, Kernel Comp Units with
/// their dispatcher, and the memories they work on: what an architect adds to or takes from; the rest (CPU,
/// its RAM, bus, DRAM, peripherals) is the chip's.
struct PointMetrics {
  double images = 0;
  double accuracy = 0;
  double seconds_per_image = 0;  ///< images that overlap share their time
  double images_per_second = 0;
  double latency_mean_seconds = 0;  ///< from begin to end of each image
  double latency_p50_seconds = 0;
  double latency_p90_seconds = 0;
  double latency_p99_seconds = 0;
  double latency_max_seconds = 0;
  double joules_per_image = 0;
  double dynamic_joules_per_image = 0;
  double leakage_joules_per_image = 0;
  double leakage_share = 0;
  double area_mm2 = 0;
  double accelerator_joules_per_image = 0;
  double accelerator_dynamic_joules_per_image = 0;
  double accelerator_leakage_joules_per_image = 0;
  double accelerator_area_mm2 = 0;
  double ncu_busy_share = 0;  ///< of the time of images
  double kcu_busy_share = 0;  ///< the same, mean over the units
  double kernels = 0;         ///< 2-D kernels of the network
  double replaced_kernels = 0;
  double kcu_jobs = 0;              ///< convolutions by units for one image
  double array_busy_share = 0;      ///< of the time of images
  double coordinates = 0;           ///< of the array: (output tile, input channel, kernel coordinate)
  double kept_coordinates = 0;      ///< of these, how many take a step a pixel tile
  double hiddenite_busy_share = 0;  ///< of the time of images
  double hidden_weights = 0;        ///< of the hidden-network engine, masked off or not
  double kept_weights = 0;          ///< of these, how many the mask keeps
  double dram_bytes_per_image = 0;  ///< read or written for the network's layers
  double macs_per_image = 0;        ///< of the layers that images reach
  double exit_1_share = 0;          ///< of the images: those that leave here; all, of a network with one exit
  double exit_2_share = 0;
  double exit_3_share = 0;
  double exit_4_share = 0;
  double exit_5_share = 0;
  double exit_6_share = 0;
  double exit_7_share = 0;
  double exit_8_share = 0;
};

struct MetricColumn {
  const char* name;
  double PointMetrics::*value;
};

/// All of PointMetrics, in the order of the columns.
inline constexpr std::array<MetricColumn, 39> metric_columns{{
    {"images", &PointMetrics::images},
    {"accuracy", &PointMetrics::accuracy},
    {"seconds_per_image", &PointMetrics::seconds_per_image},
    {"images_per_second", &PointMetrics::images_per_second},
    {"latency_mean_seconds", &PointMetrics::latency_mean_seconds},
    {"latency_p50_seconds", &PointMetrics::latency_p50_seconds},
    {"latency_p90_seconds", &PointMetrics::latency_p90_seconds},
    {"latency_p99_seconds", &PointMetrics::latency_p99_seconds},
    {"latency_max_seconds", &PointMetrics::latency_max_seconds},
    {"joules_per_image", &PointMetrics::joules_per_image},
    {"dynamic_joules_per_image", &PointMetrics::dynamic_joules_per_image},
    {"leakage_joules_per_image", &PointMetrics::leakage_joules_per_image},
    {"leakage_share", &PointMetrics::leakage_share},
    {"area_mm2", &PointMetrics::area_mm2},
    {"accelerator_joules_per_image", &PointMetrics::accelerator_joules_per_image},
    {"accelerator_dynamic_joules_per_image", &PointMetrics::accelerator_dynamic_joules_per_image},
    {"accelerator_leakage_joules_per_image", &PointMetrics::accelerator_leakage_joules_per_image},
    {"accelerator_area_mm2", &PointMetrics::accelerator_area_mm2},
    {"ncu_busy_share", &PointMetrics::ncu_busy_share},
    {"kcu_busy_share", &PointMetrics::kcu_busy_share},
    {"kernels", &PointMetrics::kernels},
    {"replaced_kernels", &PointMetrics::replaced_kernels},
    {"kcu_jobs", &PointMetrics::kcu_jobs},
    {"array_busy_share", &PointMetrics::array_busy_share},
    {"coordinates", &PointMetrics::coordinates},
    {"kept_coordinates", &PointMetrics::kept_coordinates},
    {"hiddenite_busy_share", &PointMetrics::hiddenite_busy_share},
    {"hidden_weights", &PointMetrics::hidden_weights},
    {"kept_weights", &PointMetrics::kept_weights},
    {"dram_bytes_per_image", &PointMetrics::dram_bytes_per_image},
    {"macs_per_image", &PointMetrics::macs_per_image},
    {"exit_1_share", &PointMetrics::exit_1_share},
    {"exit_2_share", &PointMetrics::exit_2_share},
    {"exit_3_share", &PointMetrics::exit_3_share},
    {"exit_4_share", &PointMetrics::exit_4_share},
    {"exit_5_share", &PointMetrics::exit_5_share},
    {"exit_6_share", &PointMetrics::exit_6_share},
    {"exit_7_share", &PointMetrics::exit_7_share},
    {"exit_8_share", &PointMetrics::exit_8_share},
}};

/// In the order of the exits.
inline constexpr std::array<double PointMetrics::*, KASANE_MAX_EXITS> exit_shares{
    &PointMetrics::exit_1_share, &PointMetrics::exit_2_share, &PointMetrics::exit_3_share,
    &PointMetrics::exit_4_share, &PointMetrics::exit_5_share, &PointMetrics::exit_6_share,
    &PointMetrics::exit_7_share, &PointMetrics::exit_8_share};

/// Blocks of one name but for a number at its end, taken together: all Kernel Comp Units are one row.
struct BlockMetrics {
  std::string block;
  double count = 0;
  double dynamic_joules_per_image = 0;
  double leakage_joules_per_image = 0;
  double busy_share = 0;  ///< of the time of images, mean over the blocks
  double area_mm2 = 0;
};

struct RunMetrics {
  PointMetrics point;
  std::vector<BlockMetrics> blocks;  ///< in the chip's order
};

/// Reads a run's summary.json. Throws std::runtime_error, one line, where it is not what a run writes.
RunMetrics read_metrics(const std::filesystem::path& summary);

}  // namespace kasane
