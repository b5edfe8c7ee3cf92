#include "platform/run/run_recorder.h"

#include "models/common/seconds.h"

namespace kasane {

void RunRecorder::attach(EnergyAccount& account, const TraceConfig& config, const RunPaths& paths) {
  account_ = &account;
  if (config.formats.contains(TraceFormat::results)) {
    results_.emplace(paths.results());
    stays_.emplace(paths.regions());
  }
  regions_.attach(account, stays_ ? &*stays_ : nullptr);
}

void RunRecorder::finish() {
  if (results_) results_->finish();
  if (stays_) stays_->finish();
}

void RunRecorder::on_image_begin(std::uint32_t) {
  account_->settle();
  begin_energy_.clear();
  for (std::uint32_t block = 0; block < account_->blocks().size(); ++block) {
    begin_energy_.push_back(account_->spent({block}));
  }
}

double RunRecorder::add_image_energy() {
  account_->settle();
  const std::size_t blocks = account_->blocks().size();
  begin_energy_.resize(blocks);  // firmware may report a result without having begun the image
  image_energy_.resize(blocks);
  double joules = 0;
  for (std::uint32_t index = 0; index < blocks; ++index) {
    const Energy now = account_->spent({index});
    const Energy& begin = begin_energy_[index];
    const Energy spent{now.dynamic - begin.dynamic, now.leakage - begin.leakage};
    image_energy_[index] += spent;
    joules += spent.total();
  }
  return joules;
}

void RunRecorder::on_image(const ImageResult& image) {
  const double seconds = seconds_of(image.end - image.begin);
  const double joules = add_image_energy();
  ++images_;
  if (image.predicted == image.label) ++correct_;
  image_seconds_ += seconds;
  if (!results_) return;
  results_->add({.index = image.index,
                 .label = image.label,
                 .predicted = image.predicted,
                 .begin_seconds = seconds_of(image.begin),
                 .seconds = seconds,
                 .joules = joules,
                 .output = image.output});
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

/// Who really executed a layer: the engine it was meant for, if that was busy with it, or else software.
std::string executor(const EnergyAccount& account, const LayerFacts& facts, LayerId layer) {
  for (const BlockEntry& block : account.blocks()) {
    const auto share = block.layers.find(layer);
    const bool worked = share != block.layers.end() && share->second.busy > sc_core::SC_ZERO_TIME;
    if (block.name == facts.engine_block && worked) return facts.engine;
  }
  return "cpu";
}

}  // namespace

void RunRecorder::fill(RunResult& result, const std::vector<LayerFacts>& layers) const {
  result.images = images_;
  result.correct = correct_;
  result.image_seconds = image_seconds_;
  for (std::uint32_t index = 0; index < account_->blocks().size(); ++index) {
    result.blocks.push_back(block_result({index}, *account_));
    if (index < image_energy_.size()) result.blocks.back().image_energy = image_energy_[index];
  }
  for (std::size_t index = 0; index < layers.size(); ++index) {
    const auto layer = static_cast<LayerId>(index);
    result.layers.push_back({.name = layers[index].name,
                             .operators = layers[index].operators,
                             .engine = executor(*account_, layers[index], layer),
                             .macs = layers[index].macs_per_image * images_,
                             .kernels = layers[index].kernels,
                             .replaced_kernels = layers[index].replaced_kernels,
                             .kcu_jobs = layers[index].kcu_jobs,
                             .coordinates = layers[index].coordinates,
                             .kept_coordinates = layers[index].kept_coordinates,
                             .hidden_weights = layers[index].hidden_weights,
                             .kept_weights = layers[index].kept_weights,
                             .blocks = {},
                             .time = {}});
    account_for(result.layers.back(), *account_, layer, layer);
  }
  result.layers.push_back(
      {.name = "(outside layers)", .operators = "", .engine = "", .blocks = {}, .time = {}});
  // Firmware may name layers that the network does not have.
  account_for(result.layers.back(), *account_, static_cast<LayerId>(layers.size()), no_layer);
  result.regions = regions_.regions();
  result.region_mistakes = regions_.mistakes();
  result.domains = domain_results(*account_);
}

}  // namespace kasane
