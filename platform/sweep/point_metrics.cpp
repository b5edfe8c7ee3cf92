#include "platform/sweep/point_metrics.h"

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "kasane/boot_info.h"
#include "platform/memory_map.h"

namespace kasane {
namespace {

namespace json = boost::json;

constexpr std::string_view unit_group = "kernel_comp_unit";

std::string group_of(std::string_view block) {
  const std::size_t end = block.find_last_not_of("0123456789");
  const bool numbered = end != std::string_view::npos && end + 1 < block.size() && block[end] == '_';
  return std::string(numbered ? block.substr(0, end) : block);
}

bool is_accelerator(std::string_view group) {
  constexpr std::array kinds{KASANE_DEVICE_NCU,       KASANE_DEVICE_KCU,       KASANE_DEVICE_CARTESIAN,
                             KASANE_DEVICE_HIDDENITE, KASANE_DEVICE_EXIT_UNIT, KASANE_DEVICE_FMM,
                             KASANE_DEVICE_WM,        KASANE_DEVICE_SUMS,      KASANE_DEVICE_TABLE};
  return group == unit_group || std::any_of(kinds.begin(), kinds.end(),
                                            [&](auto kind) { return memory_map_entry(kind).name == group; });
}

double number(const json::object& object, std::string_view key) {
  return object.at(key).to_number<double>();
}

/// What only some chips' runs have.
double number_or_zero(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr ? value->to_number<double>() : 0;
}

/// `image_time`: of all images together, in seconds.
std::vector<BlockMetrics> read_blocks(const json::object& blocks, double image_time) {
  std::vector<BlockMetrics> groups;
  for (const auto& [name, value] : blocks) {
    const json::object& block = value.as_object();
    const std::string group = group_of(name);
    auto found = std::find_if(groups.begin(), groups.end(),
                              [&](const BlockMetrics& known) { return known.block == group; });
    if (found == groups.end()) found = groups.insert(groups.end(), BlockMetrics{.block = group});
    const json::object& energy = block.at("energy_joules_per_image").as_object();
    found->count += 1;
    found->dynamic_joules_per_image += number(energy, "dynamic");
    found->leakage_joules_per_image += number(energy, "leakage");
    if (image_time > 0) found->busy_share += number(block, "busy_seconds") / image_time;
    found->area_mm2 += number(block, "area_mm2");
  }
  for (BlockMetrics& group : groups) group.busy_share /= group.count;
  return groups;
}

/// Bytes that DRAM moved for the network's layers, all images together. The last of the list is what belongs
/// to none.
double dram_bytes(const json::array& layers) {
  double bytes = 0;
  for (std::size_t index = 0; index + 1 < layers.size(); ++index) {
    const json::object& blocks = layers[index].as_object().at("blocks").as_object();
    const json::value* dram = blocks.if_contains(memory_map_entry(KASANE_DEVICE_DRAM).name);
    if (dram == nullptr) continue;
    bytes += number(dram->as_object(), "bytes_read") + number(dram->as_object(), "bytes_written");
  }
  return bytes;
}

/// How long images took, and where they left.
void read_images(const json::object& run, PointMetrics& point) {
  if (point.images == 0) return;
  if (point.seconds_per_image > 0) point.images_per_second = 1 / point.seconds_per_image;
  const json::object& latency = run.at("latency_seconds").as_object();
  point.latency_mean_seconds = number(latency, "mean");
  point.latency_p50_seconds = number(latency, "p50");
  point.latency_p90_seconds = number(latency, "p90");
  point.latency_p99_seconds = number(latency, "p99");
  point.latency_max_seconds = number(latency, "max");
  const json::value* exits = run.if_contains("exits");
  if (exits == nullptr) {
    point.exit_1_share = 1;
    return;
  }
  const json::array& list = exits->as_array();
  for (std::size_t exit = 0; exit < list.size(); ++exit) {
    point.*exit_shares.at(exit) = number(list[exit].as_object(), "images") / point.images;
  }
}

/// Of all images together.
double macs(const json::array& layers) {
  double sum = 0;
  for (const json::value& layer : layers) sum += number(layer.as_object(), "macs");
  return sum;
}

PointMetrics read_point(const json::object& run, const std::vector<BlockMetrics>& blocks) {
  PointMetrics point{.images = number(run, "images"),
                     .accuracy = number(run, "top1"),
                     .seconds_per_image = number(run, "seconds_per_image"),
                     .joules_per_image = number(run, "joules_per_image"),
                     .area_mm2 = number(run, "area_mm2"),
                     .kernels = number(run, "kernels"),
                     .replaced_kernels = number(run, "replaced_kernels"),
                     .kcu_jobs = number(run, "kcu_jobs"),
                     .coordinates = number_or_zero(run, "coordinates"),
                     .kept_coordinates = number_or_zero(run, "kept_coordinates"),
                     .hidden_weights = number_or_zero(run, "hidden_weights"),
                     .kept_weights = number_or_zero(run, "kept_weights")};
  read_images(run, point);
  if (point.images > 0) {
    const json::array& layers = run.at("layers").as_array();
    point.dram_bytes_per_image = dram_bytes(layers) / point.images;
    point.macs_per_image = macs(layers) / point.images;
  }
  for (const BlockMetrics& block : blocks) {
    point.dynamic_joules_per_image += block.dynamic_joules_per_image;
    point.leakage_joules_per_image += block.leakage_joules_per_image;
    if (block.block == memory_map_entry(KASANE_DEVICE_NCU).name) point.ncu_busy_share = block.busy_share;
    if (block.block == memory_map_entry(KASANE_DEVICE_CARTESIAN).name)
      point.array_busy_share = block.busy_share;
    if (block.block == memory_map_entry(KASANE_DEVICE_HIDDENITE).name)
      point.hiddenite_busy_share = block.busy_share;
    if (block.block == unit_group) point.kcu_busy_share = block.busy_share;
    if (!is_accelerator(block.block)) continue;
    point.accelerator_dynamic_joules_per_image += block.dynamic_joules_per_image;
    point.accelerator_leakage_joules_per_image += block.leakage_joules_per_image;
    point.accelerator_area_mm2 += block.area_mm2;
  }
  point.accelerator_joules_per_image =
      point.accelerator_dynamic_joules_per_image + point.accelerator_leakage_joules_per_image;
  if (point.joules_per_image > 0)
    point.leakage_share = point.leakage_joules_per_image / point.joules_per_image;
  return point;
}

}  // namespace

RunMetrics read_metrics(const std::filesystem::path& summary) {
  std::ifstream stream(summary, std::ios::binary);
  if (!stream) throw std::runtime_error(summary.string() + ": cannot read the file");
  try {
    const json::value document = json::parse(std::string(std::istreambuf_iterator<char>(stream), {}));
    const json::object& run = document.as_object();
    const double image_time = number(run, "seconds_per_image") * number(run, "images");
    RunMetrics metrics;
    metrics.blocks = read_blocks(run.at("blocks").as_object(), image_time);
    metrics.point = read_point(run, metrics.blocks);
    return metrics;
  } catch (const std::exception& error) {
    throw std::runtime_error(summary.string() + ": not a run's summary: " + error.what());
  }
}

}  // namespace kasane
