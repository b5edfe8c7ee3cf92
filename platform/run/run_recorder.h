/// Collects what firmware reports of a run, and turns account and reports into a RunResult.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/common/energy_account.h"
#include "platform/peripherals/run_monitor.h"
#include "platform/run/image_meter.h"
#include "platform/run/region_meter.h"
#include "platform/trace/regions_csv.h"
#include "platform/trace/results_csv.h"
#include "platform/trace/run_paths.h"
#include "platform/trace/run_result.h"
#include "platform/trace/trace_config.h"
#include "platform/trace/traces.h"

namespace kasane {

/// What the package says of a layer.
struct LayerFacts {
  std::string name;
  std::string operators;
  std::string engine;                  ///< that the package means it for, as in LayerResult
  std::string engine_block;            ///< that engine's name in the account; empty for the CPU
  std::size_t segment = 0;             ///< the exit that it leads to: images that leave before never reach it
  std::uint64_t macs_per_image = 0;    ///< of an image that reaches it
  std::uint32_t kernels = 0;           ///< 2-D kernels that Kernel Comp Units may stand in for
  std::uint32_t replaced_kernels = 0;  ///< of these, how many they do
  std::uint32_t kcu_jobs = 0;          ///< convolutions in which they do so, of one image
  std::uint32_t coordinates = 0;       ///< of the array: (output tile, input channel, kernel coordinate)
  std::uint32_t kept_coordinates = 0;  ///< of these, how many take a step
  std::uint32_t hidden_weights = 0;    ///< of the hidden-network engine, masked off or not
  std::uint32_t kept_weights = 0;      ///< of these, how many the mask keeps
};

/// What package and scenario say of an exit and the segment that leads there.
struct ExitFacts {
  std::string name;
  std::string engine;  ///< that its layers are meant for, as in LayerResult
  std::uint64_t macs_per_image = 0;
  std::optional<double> threshold;  ///< nats; none: everybody leaves here
};

/// What is known of the network before it runs.
struct NetworkFacts {
  std::string name;
  std::vector<LayerFacts> layers;
  std::vector<ExitFacts> exits;  ///< one, of a network with one output
};

class RunRecorder : public RunObserver {
 public:
  /// Watches `account`, which must be set before the run starts; writes `results.csv` and `regions.csv` where
  /// they are wanted. Of a network with several exits, shows the images in `traces`. Account, network and
  /// traces outlive the recorder's use. Throws OutputError.
  void attach(EnergyAccount& account, const NetworkFacts& network, Traces& traces, const TraceConfig& config,
              const RunPaths& paths);
  /// Completes these files.
  void finish();

  void on_images_total(std::uint32_t images) override { total_ = images; }
  void on_image_begin(std::uint32_t index) override { meter_.begin(index); }
  void on_image(const ImageResult& image) override;
  void on_image_forgotten(std::uint32_t index) override { meter_.forget(index); }
  void on_image_mistake() override { ++image_mistakes_; }
  void on_exit(std::uint32_t code) override { exit_code_ = code; }
  void on_region_begin(std::uint32_t region) override { regions_.begin(region); }
  void on_region_end(std::uint32_t region, const std::string& name, const Interval& when) override {
    regions_.end(region, name, when);
  }
  void on_region_mistake() override { regions_.add_mistake(); }

  std::uint64_t images() const { return images_; }
  std::uint64_t images_total() const { return total_; }
  std::optional<std::uint32_t> exit_code() const { return exit_code_; }

  /// Fills in what this recorder and the account know: images, accuracy, exits, blocks, layers.
  void fill(RunResult& result) const;

 private:
  /// Images that left by exits, and how many of them were classified as labelled.
  struct Left {
    std::uint64_t images = 0;
    std::uint64_t correct = 0;
  };
  bool has_exits() const { return network_->exits.size() > 1; }
  void show(const ImageResult& image, std::uint32_t exit);
  void fill_layers(RunResult& result) const;
  void fill_exits(RunResult& result) const;
  /// Images done that came as far as this segment.
  std::uint64_t reached(std::size_t segment) const;

  EnergyAccount* account_ = nullptr;
  const NetworkFacts* network_ = nullptr;
  Traces* traces_ = nullptr;
  std::optional<ResultsCsv> results_;
  std::optional<RegionsCsv> stays_;
  RegionMeter regions_;
  ImageMeter meter_;
  std::uint64_t total_ = 0;
  std::uint64_t images_ = 0;
  std::uint64_t correct_ = 0;
  std::uint64_t image_mistakes_ = 0;
  std::vector<Left> left_;         ///< by exit
  std::vector<double> latencies_;  ///< seconds
  std::optional<std::uint32_t> exit_code_;
};

}  // namespace kasane
