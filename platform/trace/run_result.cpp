#include "platform/trace/run_result.h"

#include <boost/json.hpp>

#include "models/common/seconds.h"
#include "platform/trace/json_text.h"

namespace kasane {
namespace {

namespace json = boost::json;

double per(double total, std::uint64_t count) {
  return count == 0 ? 0 : total / static_cast<double>(count);
}

json::object energy_json(const Energy& energy) {
  return {{"dynamic", energy.dynamic}, {"leakage", energy.leakage}};
}

json::object range_json(const EnergyRange& range) {
  return {{"low", range.low}, {"high", range.high}};
}

json::object block_json(const BlockResult& block, std::uint64_t images) {
  json::object operations;
  for (const auto& [name, count] : block.operations) operations[name] = count;
  const Energy per_image{per(block.image_energy.dynamic, images), per(block.image_energy.leakage, images)};
  json::object result{{"busy_seconds", block.busy_seconds},
                      {"energy_joules", energy_json(block.energy)},
                      {"energy_range_joules", range_json(block.energy_range)},
                      {"energy_joules_per_image", energy_json(per_image)},
                      {"area_mm2", block.area_mm2},
                      {"operations", operations},
                      {"bytes_read", block.bytes.read},
                      {"bytes_written", block.bytes.written}};
  if (block.peaks.macs_per_second > 0) result["peak_macs_per_second"] = block.peaks.macs_per_second;
  if (block.peaks.bytes_per_second > 0) result["peak_bytes_per_second"] = block.peaks.bytes_per_second;
  return result;
}

json::object blocks_json(const LayerResult& layer) {
  json::object blocks;
  for (const LayerBlockResult& block : layer.blocks) {
    json::object share{{"dynamic_joules", block.energy.dynamic},
                       {"leakage_joules", block.energy.leakage},
                       {"bytes_read", block.bytes.read},
                       {"bytes_written", block.bytes.written},
                       {"busy_seconds", block.busy_seconds}};
    if (!block.bound_seconds.empty()) {
      json::object& bounds = share["bound_seconds"].emplace_object();
      for (const auto& [stage, seconds] : block.bound_seconds) bounds[stage] = seconds;
    }
    blocks[block.name] = std::move(share);
  }
  return blocks;
}

json::object time_json(const TimeShares& time) {
  return {{"compute_seconds", seconds_of(time[ChipState::compute])},
          {"memory_seconds", seconds_of(time[ChipState::memory])},
          {"software_seconds", seconds_of(time[ChipState::software])},
          {"idle_seconds", seconds_of(time[ChipState::idle])}};
}

json::object layer_json(const LayerResult& layer) {
  json::object result{{"name", layer.name},
                      {"operators", layer.operators},
                      {"engine", layer.engine},
                      {"seconds", layer.seconds},
                      {"macs", layer.macs},
                      {"kernels", layer.kernels},
                      {"replaced_kernels", layer.replaced_kernels},
                      {"kcu_jobs", layer.kcu_jobs},
                      {"energy_joules", layer.energy.total()},
                      {"dynamic_joules", layer.energy.dynamic},
                      {"leakage_joules", layer.energy.leakage},
                      {"time", time_json(layer.time)},
                      {"blocks", blocks_json(layer)}};
  if (layer.coordinates > 0) {
    result["coordinates"] = layer.coordinates;
    result["kept_coordinates"] = layer.kept_coordinates;
  }
  if (layer.hidden_weights > 0) {
    result["hidden_weights"] = layer.hidden_weights;
    result["kept_weights"] = layer.kept_weights;
  }
  return result;
}

json::array regions_json(const std::vector<RegionResult>& regions) {
  json::array list;
  for (const RegionResult& region : regions) {
    list.push_back({{"name", region.name},
                    {"count", region.count},
                    {"seconds", region.seconds},
                    {"energy_joules", region.joules},
                    {"average_watts", region.seconds > 0 ? region.joules / region.seconds : 0}});
  }
  return list;
}

json::object latency_json(const LatencyStatistics& latency) {
  return {{"mean", latency.mean},
          {"p50", latency.p50},
          {"p90", latency.p90},
          {"p99", latency.p99},
          {"max", latency.max}};
}

json::array exits_json(const std::vector<ExitResult>& exits) {
  json::array list;
  for (const ExitResult& exit : exits) {
    json::object result{{"name", exit.name},
                        {"engine", exit.engine},
                        {"macs", exit.macs},
                        {"images", exit.images},
                        {"correct", exit.correct}};
    if (exit.threshold) result["threshold_nats"] = *exit.threshold;
    list.push_back(std::move(result));
  }
  return list;
}

json::object domains_json(const std::vector<DomainResult>& domains) {
  json::object result;
  for (const DomainResult& domain : domains) {
    json::array states;
    for (const auto& [state, seconds] : domain.seconds) {
      states.push_back({{"state", state}, {"seconds", seconds}});
    }
    result[domain.name] = {{"changes", domain.changes}, {"states", states}};
  }
  return result;
}

json::array peaks_json(const std::vector<PowerPeak>& peaks) {
  json::array list;
  for (const PowerPeak& peak : peaks) {
    list.push_back({{"window_seconds", peak.window_seconds},
                    {"watts", peak.watts},
                    {"begin_seconds", peak.begin_seconds}});
  }
  return list;
}

}  // namespace

Energy RunResult::energy() const {
  Energy sum;
  for (const BlockResult& block : blocks) sum += block.energy;
  return sum;
}

EnergyRange RunResult::energy_range() const {
  EnergyRange sum;
  for (const BlockResult& block : blocks) sum += block.energy_range;
  return sum;
}

Energy RunResult::image_energy() const {
  Energy sum;
  for (const BlockResult& block : blocks) sum += block.image_energy;
  return sum;
}

double RunResult::area_mm2() const {
  double sum = 0;
  for (const BlockResult& block : blocks) sum += block.area_mm2;
  return sum;
}

std::uint64_t RunResult::macs() const {
  return sum_of(&LayerResult::macs);
}

std::uint64_t RunResult::sum_of(std::uint64_t LayerResult::*count) const {
  std::uint64_t sum = 0;
  for (const LayerResult& layer : layers) sum += layer.*count;
  return sum;
}

std::string summary_json(const RunResult& run) {
  json::object blocks;
  for (const BlockResult& block : run.blocks) blocks[block.name] = block_json(block, run.images);
  json::array layers;
  for (const LayerResult& layer : run.layers) layers.push_back(layer_json(layer));
  const Energy energy = run.energy();
  const double seconds = run.simulated_seconds;
  json::object summary{{"scenario", run.scenario},
                       {"software", run.software},
                       {"network", run.network},
                       {"dataset", run.dataset},
                       {"technology", run.technology},
                       {"corner", run.corner},
                       {"interrupted", run.interrupted},
                       {"simulated_seconds", seconds},
                       {"energy_joules", energy.total()},
                       {"energy_range_joules", range_json(run.energy_range())},
                       {"dynamic_joules", energy.dynamic},
                       {"leakage_joules", energy.leakage},
                       {"average_watts", seconds > 0 ? energy.total() / seconds : 0},
                       {"images", run.images},
                       {"correct", run.correct},
                       {"top1", per(static_cast<double>(run.correct), run.images)},
                       {"seconds_per_image", per(run.image_seconds, run.images)},
                       {"joules_per_image", per(run.image_energy().total(), run.images)},
                       {"area_mm2", run.area_mm2()},
                       {"kernels", run.sum_of(&LayerResult::kernels)},
                       {"replaced_kernels", run.sum_of(&LayerResult::replaced_kernels)},
                       {"kcu_jobs", run.sum_of(&LayerResult::kcu_jobs)},
                       {"cpu", {{"instructions", run.instructions}, {"cycles", run.cpu_cycles}}},
                       {"regions", regions_json(run.regions)},
                       {"region_mistakes", run.region_mistakes},
                       {"domains", domains_json(run.domains)},
                       {"blocks", blocks},
                       {"layers", layers}};
  if (const std::uint64_t coordinates = run.sum_of(&LayerResult::coordinates); coordinates > 0) {
    summary["coordinates"] = coordinates;
    summary["kept_coordinates"] = run.sum_of(&LayerResult::kept_coordinates);
  }
  if (const std::uint64_t hidden = run.sum_of(&LayerResult::hidden_weights); hidden > 0) {
    summary["hidden_weights"] = hidden;
    summary["kept_weights"] = run.sum_of(&LayerResult::kept_weights);
  }
  if (run.images > 0) summary["latency_seconds"] = latency_json(run.latency);
  if (run.images_overlap) summary["images_overlap"] = true;
  if (run.image_mistakes > 0) summary["image_mistakes"] = run.image_mistakes;
  if (!run.exits.empty()) summary["exits"] = exits_json(run.exits);
  if (!run.peaks.empty()) summary["peak_power"] = peaks_json(run.peaks);
  return json_text(summary);
}

std::string host_json(const HostResult& host) {
  return json_text({{"wall_seconds", host.wall_seconds},
                    {"cpu_seconds", host.cpu_seconds},
                    {"instructions_per_second", host.instructions_per_second},
                    {"macs_per_second", host.macs_per_second},
                    {"peak_memory_bytes", host.peak_memory_bytes}});
}

}  // namespace kasane
