/// Collects what firmware reports of a run, and turns account and reports into a RunResult.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/common/energy_account.h"
#include "platform/peripherals/run_monitor.h"
#include "platform/run/region_meter.h"
#include "platform/trace/regions_csv.h"
#include "platform/trace/results_csv.h"
#include "platform/trace/run_paths.h"
#include "platform/trace/run_result.h"
#include "platform/trace/trace_config.h"

namespace kasane {

/// What the package says of a layer.
struct LayerFacts {
  std::string name;
  std::string operators;
  std::string engine;        ///< that the package means it for, as in LayerResult
  std::string engine_block;  ///< that engine's name in the account; empty for the CPU
  std::uint64_t macs_per_image = 0;
  std::uint32_t kernels = 0;           ///< 2-D kernels that Kernel Comp Units may stand in for
  std::uint32_t replaced_kernels = 0;  ///< of these, how many they do
  std::uint32_t kcu_jobs = 0;          ///< convolutions in which they do so, of one image
  std::uint32_t coordinates = 0;       ///< of the array: (output tile, input channel, kernel coordinate)
  std::uint32_t kept_coordinates = 0;  ///< of these, how many take a step
  std::uint32_t hidden_weights = 0;    ///< of the hidden-network engine, masked off or not
  std::uint32_t kept_weights = 0;      ///< of these, how many the mask keeps
};

class RunRecorder : public RunObserver {
 public:
  /// Watches `account`, which must be set before the run starts; writes `results.csv` and `regions.csv` where
  /// they are wanted. Throws OutputError.
  void attach(EnergyAccount& account, const TraceConfig& config, const RunPaths& paths);
  /// Completes these files.
  void finish();

  void on_images_total(std::uint32_t images) override { total_ = images; }
  void on_image_begin(std::uint32_t index) override;
  void on_image(const ImageResult& image) override;
  void on_exit(std::uint32_t code) override { exit_code_ = code; }
  void on_region_begin(std::uint32_t region) override { regions_.begin(region); }
  void on_region_end(std::uint32_t region, const std::string& name, const Interval& when) override {
    regions_.end(region, name, when);
  }
  void on_region_mistake() override { regions_.add_mistake(); }

  std::uint64_t images() const { return images_; }
  std::uint64_t images_total() const { return total_; }
  std::optional<std::uint32_t> exit_code() const { return exit_code_; }

  /// Fills in what this recorder and the account know: images, accuracy, blocks, layers.
  void fill(RunResult& result, const std::vector<LayerFacts>& layers) const;

 private:
  /// Adds up each block's energy from the beginning of the image to now; returns their sum in joules.
  double add_image_energy();

  EnergyAccount* account_ = nullptr;
  std::optional<ResultsCsv> results_;
  std::optional<RegionsCsv> stays_;
  RegionMeter regions_;
  std::uint64_t total_ = 0;
  std::uint64_t images_ = 0;
  std::uint64_t correct_ = 0;
  double image_seconds_ = 0;
  std::vector<Energy> begin_energy_;  ///< by block, at the beginning of the image
  std::vector<Energy> image_energy_;  ///< by block, of all images
  std::optional<std::uint32_t> exit_code_;
};

}  // namespace kasane
