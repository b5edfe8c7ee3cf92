#include "platform/trace/run_table.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "platform/trace/formatted.h"

namespace kasane {
namespace {

double share(double part, double whole) {
  return whole > 0 ? 100 * part / whole : 0;
}

/// Who leaves where, of a network with several exits.
std::string exit_lines(const RunResult& run) {
  std::string text;
  for (std::size_t index = 0; index < run.exits.size(); ++index) {
    const ExitResult& exit = run.exits[index];
    const auto images = static_cast<double>(exit.images);
    text += formatted("  exit %-13zu%.1f %% of images", index + 1,
                      share(images, static_cast<double>(run.images)));
    if (exit.threshold) text += formatted(" below %g nats", *exit.threshold);
    if (exit.images > 0)
      text += formatted(", %.2f %% of them right", share(static_cast<double>(exit.correct), images));
    text += formatted("; segment on %s, %.0f MAC\n", exit.engine.c_str(), static_cast<double>(exit.macs));
  }
  return text;
}

/// How long images took, where that is not the time between them, or differs from image to image.
std::string latency_lines(const RunResult& run) {
  if (run.images == 0 || (run.exits.empty() && !run.images_overlap)) return {};
  const LatencyStatistics& latency = run.latency;
  return formatted("  latency           %s on average; half within %s, 90 %% %s, 99 %% %s, all %s\n",
                   with_unit(latency.mean, "s").c_str(), with_unit(latency.p50, "s").c_str(),
                   with_unit(latency.p90, "s").c_str(), with_unit(latency.p99, "s").c_str(),
                   with_unit(latency.max, "s").c_str()) +
         formatted("  throughput        %.1f images a second%s\n",
                   static_cast<double>(run.images) / run.image_seconds,
                   run.images_overlap ? ", with two images in flight" : "");
}

std::string head(const RunResult& run) {
  const double images = std::max<double>(1, static_cast<double>(run.images));
  const double top1 = share(static_cast<double>(run.correct), static_cast<double>(run.images));
  std::string text = formatted("\n%s: ", run.scenario.c_str());
  if (run.network.empty()) {
    text += formatted("%s\n\n  instructions      %.0f\n", run.software.c_str(),
                      static_cast<double>(run.instructions));
  } else {
    text += formatted("%s on %s\n\n", run.network.c_str(), run.dataset.c_str());
    text +=
        formatted("  accuracy          %.2f %%  (%llu of %llu images)\n", top1,
                  static_cast<unsigned long long>(run.correct), static_cast<unsigned long long>(run.images));
    text += formatted("  per image         %s, %s\n", with_unit(run.image_seconds / images, "s").c_str(),
                      with_unit(run.image_energy().total() / images, "J").c_str());
    text += exit_lines(run) + latency_lines(run);
  }
  if (const auto coordinates = static_cast<double>(run.sum_of(&LayerResult::coordinates)); coordinates > 0) {
    const auto kept = static_cast<double>(run.sum_of(&LayerResult::kept_coordinates));
    text += formatted("  array             %.0f of %.0f kernel coordinates kept (%.1f %%)\n", kept,
                      coordinates, share(kept, coordinates));
  }
  if (const auto hidden = static_cast<double>(run.sum_of(&LayerResult::hidden_weights)); hidden > 0) {
    const auto kept = static_cast<double>(run.sum_of(&LayerResult::kept_weights));
    text += formatted("  hidden network    %.0f of %.0f random weights kept (%.1f %%)\n", kept, hidden,
                      share(kept, hidden));
  }
  text += formatted(
      "  whole run         %s, %s, %s on average\n", with_unit(run.simulated_seconds, "s").c_str(),
      with_unit(run.energy().total(), "J").c_str(),
      with_unit(run.simulated_seconds > 0 ? run.energy().total() / run.simulated_seconds : 0, "W").c_str());
  text +=
      formatted("  technology        %s, %s corner; whole run at its bounds %s ... %s\n",
                run.technology.c_str(), run.corner.c_str(), with_unit(run.energy_range().low, "J").c_str(),
                with_unit(run.energy_range().high, "J").c_str());
  text += formatted("  chip area         %.3f mm2 (DRAM not counted)\n", run.area_mm2());
  return text;
}

/// How long the engine was busy with a layer, all of it while software was in others; 0 for other layers.
double seconds_beside(const LayerResult& layer) {
  double busy = 0;
  if (layer.seconds > 0 || layer.operators.empty()) return busy;
  for (const LayerBlockResult& block : layer.blocks) busy = std::max(busy, block.busy_seconds);
  return busy;
}

std::string layer_time(const LayerResult& layer, double images) {
  const double beside = seconds_beside(layer);
  if (beside > 0) return "(" + with_unit(beside / images, "s") + ")";
  return with_unit(layer.seconds / images, "s");
}

std::string layer_rows(const RunResult& run) {
  const double images = std::max<double>(1, static_cast<double>(run.images));
  const double seconds = run.simulated_seconds;
  const double joules = run.energy().total();
  std::string text = formatted("\n  %-22s %-9s %11s %11s %6s %11s %6s\n", "layer", "on", "MAC/image",
                               "time/image", "share", "energy/im.", "share");
  for (const LayerResult& layer : run.layers) {
    text +=
        formatted("  %-22.22s %-9s %11.0f %11s %5.1f%% %11s %5.1f%%\n", layer.name.c_str(),
                  layer.engine.c_str(), static_cast<double>(layer.macs) / images,
                  layer_time(layer, images).c_str(), share(layer.seconds, seconds),
                  with_unit(layer.energy.total() / images, "J").c_str(), share(layer.energy.total(), joules));
  }
  if (std::ranges::any_of(run.layers, [](const auto& layer) { return seconds_beside(layer) > 0; })) {
    text += "  (time): the engine's, beside the layer that software is in\n";
  }
  return text;
}

std::string block_rows(const RunResult& run) {
  const double joules = run.energy().total();
  std::string text = formatted("\n  %-22s %10s %7s %12s %12s %12s %6s\n", "block", "area mm2", "busy",
                               "dynamic", "leakage", "total", "share");
  for (const BlockResult& block : run.blocks) {
    text +=
        formatted("  %-22.22s %10.4f %6.1f%% %12s %12s %12s %5.1f%%\n", block.name.c_str(), block.area_mm2,
                  share(block.busy_seconds, run.simulated_seconds),
                  with_unit(block.energy.dynamic, "J").c_str(), with_unit(block.energy.leakage, "J").c_str(),
                  with_unit(block.energy.total(), "J").c_str(), share(block.energy.total(), joules));
  }
  return text;
}

}  // namespace

std::string with_unit(double value, const std::string& unit) {
  constexpr std::array prefixes{"f", "p", "n", "u", "m", "", "k", "M", "G", "T"};
  constexpr int no_prefix = 5;
  if (value == 0) return "0 " + unit;
  int power = static_cast<int>(std::floor(std::log10(std::abs(value)) / 3 + 1e-12));
  power = std::clamp(power, -no_prefix, static_cast<int>(prefixes.size()) - 1 - no_prefix);
  const double scaled = value / std::pow(1000.0, power);
  const int decimals = std::abs(scaled) < 10 ? 2 : std::abs(scaled) < 100 ? 1 : 0;
  return formatted("%.*f ", decimals, scaled) + prefixes[static_cast<std::size_t>(power + no_prefix)] + unit;
}

std::string run_table(const RunResult& run, const HostResult& host) {
  std::string text = head(run);
  if (!run.network.empty()) text += layer_rows(run);
  text += block_rows(run);
  text += formatted("\n  host: %.1f s, %s, %s, %.0f MiB\n", host.wall_seconds,
                    with_unit(host.instructions_per_second, "instr/s").c_str(),
                    with_unit(host.macs_per_second, "MAC/s").c_str(),
                    static_cast<double>(host.peak_memory_bytes) / 1048576);
  if (run.interrupted) text += "\n  interrupted: these are the results up to then\n";
  return text;
}

}  // namespace kasane
