#include "platform/run_recorder.h"

#include "models/common/seconds.h"

namespace kasane {

void RunRecorder::attach(EnergyAccount& account, ResultsCsv* results) {
  account_ = &account;
  results_ = results;
}

void RunRecorder::on_image_begin(std::uint32_t) {
  account_->settle();
  begin_energy_.clear();
  for (const BlockEntry& block : account_->blocks()) begin_energy_.push_back(block.total());
}

double RunRecorder::add_image_energy() {
  account_->settle();
  const std::vector<BlockEntry>& blocks = account_->blocks();
  begin_energy_.resize(blocks.size());  // firmware may report a result without having begun the image
  image_energy_.resize(blocks.size());
  double joules = 0;
  for (std::size_t index = 0; index < blocks.size(); ++index) {
    const Energy now = blocks[index].total();
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
  if (results_ == nullptr) return;
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
                     .energy = block.total(),
                     .energy_range = account.range(id),
                     .bytes_read = block.bytes_read,
                     .bytes_written = block.bytes_written};
  for (const OperationId number : block.operations) {
    const OperationEntry& operation = account.operation(number);
    result.operations[operation.name] += operation.count;
  }
  return result;
}

Energy layer_energy(const EnergyAccount& account, LayerId layer) {
  Energy sum;
  for (const BlockEntry& block : account.blocks()) {
    const auto found = block.energy.find(layer);
    if (found != block.energy.end()) sum += found->second;
  }
  return sum;
}

double layer_seconds(const EnergyAccount& account, LayerId layer) {
  const auto found = account.layer_times().find(layer);
  return found == account.layer_times().end() ? 0 : seconds_of(found->second);
}

/// Who really executed a layer: the engine it was meant for, if that was busy with it, or else software.
std::string executor(const EnergyAccount& account, const LayerFacts& facts, LayerId layer) {
  for (const BlockEntry& block : account.blocks()) {
    if (block.name == facts.engine_block && block.busy_in.contains(layer)) return facts.engine;
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
                             .seconds = layer_seconds(*account_, layer),
                             .energy = layer_energy(*account_, layer),
                             .macs = layers[index].macs_per_image * images_,
                             .kernels = layers[index].kernels,
                             .replaced_kernels = layers[index].replaced_kernels,
                             .kcu_jobs = layers[index].kcu_jobs});
  }
  result.layers.push_back({.name = "(outside layers)",
                           .seconds = layer_seconds(*account_, no_layer),
                           .energy = layer_energy(*account_, no_layer)});
}

}  // namespace kasane
