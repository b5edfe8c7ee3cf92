/// Everything a run found out, as plain values: what summary.json, host.json and the final table are made of.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/common/energy_account.h"
#include "platform/trace/latency.h"
#include "platform/trace/recording/peak_power.h"

namespace kasane {

/// How fast a block can be; 0 where that has no meaning for it.
struct PeakRates {
  double macs_per_second = 0;
  double bytes_per_second = 0;
};

struct BlockResult {
  std::string name;
  double area_mm2 = 0;
  double busy_seconds = 0;
  Energy energy;
  EnergyRange energy_range;  ///< `energy` with every figure at its bounds
  Energy image_energy;       ///< of it, what was spent between begin and end of images
  Bytes bytes;
  std::map<std::string, std::uint64_t> operations;  ///< count by name
  PeakRates peaks;
};

/// What one block did for one layer.
struct LayerBlockResult {
  std::string name;
  Energy energy;
  Bytes bytes;
  double busy_seconds = 0;                      ///< with commands of that layer
  std::map<std::string, double> bound_seconds;  ///< how long a pipeline's steps waited for which stage
};

/// One layer over all images of the run; the whole chip's time and energy while software was in it.
struct LayerResult {
  std::string name;
  std::string operators;  ///< ONNX operators, "Conv+Relu"
  std::string engine;     ///< "ncu", "kcu", "array", "hiddenite", "cpu", "dma"; empty: of no layer
  double seconds = 0;
  Energy energy;
  std::uint64_t macs = 0;                ///< of all images together
  std::uint64_t kernels = 0;             ///< 2-D kernels that Kernel Comp Units may stand in for
  std::uint64_t replaced_kernels = 0;    ///< of these, how many they do
  std::uint64_t kcu_jobs = 0;            ///< convolutions by units for one image: (unit, input channel) pairs
  std::uint64_t coordinates = 0;         ///< of the array: (output tile, input channel, kernel coordinate)
  std::uint64_t kept_coordinates = 0;    ///< of these, how many take a step a pixel tile
  std::uint64_t hidden_weights = 0;      ///< of the hidden-network engine, masked off or not
  std::uint64_t kept_weights = 0;        ///< of these, how many the mask keeps
  std::vector<LayerBlockResult> blocks;  ///< that spent or moved anything
  TimeShares time;
};

/// All stays in one of firmware's measurement regions.
struct RegionResult {
  std::string name;
  std::uint64_t count = 0;
  double seconds = 0;
  double joules = 0;  ///< of the whole chip
};

/// A place where images may leave the network, and the segment that leads there.
struct ExitResult {
  std::string name;
  std::string engine;               ///< that the segment's layers are meant for, as in LayerResult
  std::optional<double> threshold;  ///< entropy in nats below which an image leaves; none: everybody does
  std::uint64_t macs = 0;           ///< of the segment, of one image
  std::uint64_t images = 0;         ///< that left here
  std::uint64_t correct = 0;        ///< of them classified as labelled
};

/// How long a power domain was in which state.
struct DomainResult {
  std::string name;
  std::uint64_t changes = 0;
  std::map<std::string, double> seconds;  ///< by the state's text
};

/// Facts of the simulated chip: the same bytes on every machine.
struct RunResult {
  std::string scenario;
  std::string software;  ///< what the hart ran
  std::string network;   ///< empty: the run is about software alone, and has no images
  std::string dataset;
  std::string technology;
  std::string corner;  ///< of the technology: "low", "typical", "high"
  double simulated_seconds = 0;
  std::uint64_t images = 0;   ///< images done
  std::uint64_t correct = 0;  ///< of them classified as labelled
  double image_seconds = 0;   ///< time in which at least one image was between its begin and end
  LatencyStatistics latency;  ///< from begin to end of each image
  bool images_overlap = false;
  std::uint64_t image_mistakes = 0;  ///< of firmware's reports, which were ignored
  std::vector<ExitResult> exits;     ///< of a network with several: in the order in which they are reached
  std::uint64_t instructions = 0;
  std::uint64_t cpu_cycles = 0;
  bool interrupted = false;  ///< by the user; the results are those up to then
  std::vector<BlockResult> blocks;
  std::vector<RegionResult> regions;
  std::uint64_t region_mistakes = 0;
  std::vector<DomainResult> domains;
  std::vector<PowerPeak> peaks;     ///< only of a run with traces
  std::vector<LayerResult> layers;  ///< in the network's order; the last one is what belongs to no layer

  Energy energy() const;
  EnergyRange energy_range() const;
  Energy image_energy() const;  ///< of the whole chip between begin and end of images
  double area_mm2() const;
  std::uint64_t macs() const;
  /// A layer's count, over all layers.
  std::uint64_t sum_of(std::uint64_t LayerResult::*count) const;
};

/// Facts of the host: different every time.
struct HostResult {
  double wall_seconds = 0;
  double cpu_seconds = 0;
  double instructions_per_second = 0;  ///< simulated instructions per second of host CPU time
  double macs_per_second = 0;          ///< simulated multiply-accumulates per second of host CPU time
  std::uint64_t peak_memory_bytes = 0;
};

/// summary.json and host.json; deterministic text, keys carry their units.
std::string summary_json(const RunResult& run);
std::string host_json(const HostResult& host);

}  // namespace kasane
