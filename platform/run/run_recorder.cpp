#include "platform/run/run_recorder.h"

#include <algorithm>

#include "models/common/seconds.h"

namespace kasane {

void RunRecorder::attach(EnergyAccount& account, const NetworkFacts& network, Traces& traces,
                         const TraceConfig& config, const RunPaths& paths) {
  account_ = &account;
  network_ = &network;
  traces_ = &traces;
  left_.resize(std::max<std::size_t>(1, network.exits.size()));
  meter_.attach(account);
  if (config.formats.contains(TraceFormat::results)) {
    results_.emplace(paths.results(), has_exits());
    stays_.emplace(paths.regions());
  }
  regions_.attach(account, stays_ ? &*stays_ : nullptr);
}

void RunRecorder::finish() {
  if (results_) results_->finish();
  if (stays_) stays_->finish();
}

void RunRecorder::on_image(const ImageResult& image) {
  const double seconds = seconds_of(image.end - image.begin);
  const double joules = meter_.end(image.index);
  const bool correct = image.predicted == image.label;
  ++images_;
  if (correct) ++correct_;
  latencies_.push_back(seconds);
  std::uint32_t exit = image.exit;
  if (exit >= left_.size()) {
    ++image_mistakes_;
    exit = 0;
  }
  ++left_[exit].images;
  if (correct) ++left_[exit].correct;
  if (has_exits()) show(image, exit);
  if (!results_) return;
  results_->add({.index = image.index,
                 .label = image.label,
                 .predicted = image.predicted,
                 .begin_seconds = seconds_of(image.begin),
                 .seconds = seconds,
                 .joules = joules,
                 .output = image.output,
                 .exit = exit,
                 .entropies_q24 = image.entropies_q24});
}

void RunRecorder::show(const ImageResult& image, std::uint32_t exit) {
  const std::string name =
      "image " + std::to_string(image.index) + " (exit " + std::to_string(exit + 1) + ")";
  traces_->show_image(image.slot, name, {image.begin, image.end});
}

namespace {

BlockResult block_result(BlockId id, const EnergyAccount& account) {
  const BlockEntry& block = account.blocks()[id.index];
  BlockResult result{.name = block.name,
                     .area_mm2 = block.area_mm2,
                     .busy_seconds = seconds_of(block.busy),
                     .energy = block.energy(),
                     .energy_range = account.range(id),
                     .image_energy = {},
                     .bytes = block.bytes(),
                     .operations = {},
                     .peaks = {}};
  for (const OperationId number : block.operations) {
    const OperationEntry& operation = account.operation(number);
    result.operations[operation.name] += operation.count;
  }
  return result;
}

/// Fills in what the account knows of the layers `first` to `last`: time, energy, and the blocks' shares.
void account_for(LayerResult& result, const EnergyAccount& account, LayerId first, LayerId last) {
  const auto& times = account.layer_times();
  for (auto time = times.lower_bound(first); time != times.upper_bound(last); ++time) {
    result.time += time->second;
  }
  result.seconds = seconds_of(result.time.total());
  for (const BlockEntry& block : account.blocks()) {
    LayerBlockResult share{.name = block.name, .energy = {}, .bytes = {}, .bound_seconds = {}};
    for (auto one = block.layers.lower_bound(first); one != block.layers.upper_bound(last); ++one) {
      share.energy += one->second.energy;
      share.bytes += one->second.bytes;
      share.busy_seconds += seconds_of(one->second.busy);
      for (const auto& [stage, time] : one->second.bounds) {
        share.bound_seconds[std::string(stage)] += seconds_of(time);
      }
    }
    result.energy += share.energy;
    if (share.energy.total() != 0 || share.bytes.total() != 0) result.blocks.push_back(std::move(share));
  }
}

std::vector<DomainResult> domain_results(EnergyAccount& account) {
  account.feed().settle_domains();
  std::vector<DomainResult> results;
  for (const PowerDomainEntry& domain : account.feed().domains()) {
    DomainResult result{.name = domain.name, .changes = domain.changes, .seconds = {}};
    for (const auto& [state, time] : domain.times) result.seconds[state] = seconds_of(time);
    results.push_back(std::move(result));
  }
  return results;
}

/// Whether anything was done for a layer: engines work, or software says that it is in it.
bool was_reached(const EnergyAccount& account, LayerId layer) {
  if (account.layer_times().contains(layer)) return true;
  const auto& blocks = account.blocks();
  return std::any_of(blocks.begin(), blocks.end(),
                     [&](const BlockEntry& block) { return block.layers.contains(layer); });
}

/// Who really executed a layer: the engine it was meant for, if that was busy with it, or else software. Of
/// a layer that no image reached, who would have.
std::string executor(const EnergyAccount& account, const LayerFacts& facts, LayerId layer) {
  if (!was_reached(account, layer)) return facts.engine;
  for (const BlockEntry& block : account.blocks()) {
    const auto share = block.layers.find(layer);
    const bool worked = share != block.layers.end() && share->second.busy > sc_core::SC_ZERO_TIME;
    if (block.name == facts.engine_block && worked) return facts.engine;
  }
  return "cpu";
}

}  // namespace

std::uint64_t RunRecorder::reached(std::size_t segment) const {
  std::uint64_t images = 0;
  for (std::size_t exit = segment; exit < left_.size(); ++exit) images += left_[exit].images;
  return images;
}

void RunRecorder::fill(RunResult& result) const {
  result.images = images_;
  result.correct = correct_;
  result.image_seconds = meter_.seconds();
  result.latency = latency_statistics(latencies_);
  result.images_overlap = meter_.overlapped();
  result.image_mistakes = image_mistakes_;
  for (std::uint32_t index = 0; index < account_->blocks().size(); ++index) {
    result.blocks.push_back(block_result({index}, *account_));
    if (index < meter_.energy().size()) result.blocks.back().image_energy = meter_.energy()[index];
  }
  if (has_exits()) fill_exits(result);
  fill_layers(result);
  result.regions = regions_.regions();
  result.region_mistakes = regions_.mistakes();
  result.domains = domain_results(*account_);
}

void RunRecorder::fill_exits(RunResult& result) const {
  for (std::size_t index = 0; index < left_.size(); ++index) {
    const ExitFacts& facts = network_->exits[index];
    result.exits.push_back({.name = facts.name,
                            .engine = facts.engine,
                            .threshold = facts.threshold,
                            .macs = facts.macs_per_image,
                            .images = left_[index].images,
                            .correct = left_[index].correct});
  }
}

void RunRecorder::fill_layers(RunResult& result) const {
  const std::vector<LayerFacts>& layers = network_->layers;
  for (std::size_t index = 0; index < layers.size(); ++index) {
    const LayerFacts& facts = layers[index];
    const auto layer = static_cast<LayerId>(index);
    result.layers.push_back({.name = facts.name,
                             .operators = facts.operators,
                             .engine = executor(*account_, facts, layer),
                             .macs = facts.macs_per_image * reached(facts.segment),
                             .kernels = facts.kernels,
                             .replaced_kernels = facts.replaced_kernels,
                             .kcu_jobs = facts.kcu_jobs,
                             .coordinates = facts.coordinates,
                             .kept_coordinates = facts.kept_coordinates,
                             .hidden_weights = facts.hidden_weights,
                             .kept_weights = facts.kept_weights,
                             .blocks = {},
                             .time = {}});
    account_for(result.layers.back(), *account_, layer, layer);
  }
  result.layers.push_back(
      {.name = "(outside layers)", .operators = "", .engine = "", .blocks = {}, .time = {}});
  // Firmware may name layers that the network does not have.
  account_for(result.layers.back(), *account_, static_cast<LayerId>(layers.size()), no_layer);
}

}  // namespace kasane
