#include "platform/run.h"

#include <cstdio>
#include <memory>
#include <optional>

#include "models/common/seconds.h"
#include "platform/console.h"
#include "platform/host_usage.h"
#include "platform/interrupt_guard.h"
#include "platform/loader/boot_image.h"
#include "platform/progress.h"
#include "platform/progress_line.h"
#include "platform/report.h"
#include "platform/run_inputs.h"
#include "platform/run_recorder.h"
#include "platform/simulation.h"
#include "platform/soc.h"
#include "platform/trace/run_paths.h"
#include "platform/trace/run_table.h"
#include "platform/trace/traces.h"

namespace kasane {
namespace {

std::vector<std::string> names_of(const std::vector<LayerFacts>& layers) {
  std::vector<std::string> names;
  for (const LayerFacts& layer : layers) names.push_back(layer.name);
  return names;
}

/// Places of the run's data in external memory: package, data set, and the rest as scratch.
struct Placement {
  kasane_boot_info info{};

  Placement(const ChipConfig& chip, const RunInputs& inputs, std::uint32_t images) {
    const std::uint64_t base = memory_map_entry(KASANE_DEVICE_DRAM).base;
    const auto align = [](std::uint64_t address) { return (address + 63) / 64 * 64; };
    info.magic = KASANE_BOOT_INFO_MAGIC;
    info.version = KASANE_BOOT_INFO_VERSION;
    info.timebase_hertz = chip.clint.timebase_hertz;
    info.package_address = base;
    info.package_bytes = inputs.package.size();
    info.dataset_address = align(base + info.package_bytes);
    info.dataset_bytes = inputs.dataset.size();
    info.scratch_address = align(info.dataset_address + info.dataset_bytes);
    if (info.scratch_address > base + chip.dram.bytes) {
      throw std::invalid_argument("chip.dram.size: " + std::to_string(chip.dram.bytes) +
                                  " bytes do not hold the package and the data set, expected at least " +
                                  std::to_string(info.scratch_address - base));
    }
    info.scratch_bytes = base + chip.dram.bytes - info.scratch_address;
    info.images = images;
  }
};

void load_memories(Soc& soc, const Scenario& scenario, const RunInputs& inputs) {
  const Placement placement(scenario.chip, inputs, scenario.dataset.images);
  soc.load(inputs.firmware, scenario.software.firmware.string());
  soc.load(placement.info.package_address, inputs.package, scenario.software.network.string());
  soc.load(placement.info.dataset_address, inputs.dataset, scenario.dataset.source.string());
  soc.load(memory_map_entry(KASANE_DEVICE_BOOT_ROM).base,
           boot_image(inputs.firmware.entry, placement.info, soc.devices()), "boot ROM");
}

RunResult collect(const Scenario& scenario, const RunInputs& inputs, Soc& soc, const RunRecorder& recorder,
                  const Technology& technology, Ending ending) {
  RunResult result{.scenario = scenario.name,
                   .network = inputs.network_name,
                   .dataset = inputs.dataset_name,
                   .technology = technology.name(),
                   .corner = corner_name(scenario.technology.corner),
                   .simulated_seconds = seconds_of(sc_core::sc_time_stamp()),
                   .instructions = soc.hart().instructions(),
                   .cpu_cycles = soc.hart().cycles(),
                   .interrupted = ending == Ending::interrupted};
  recorder.fill(result, inputs.layers);
  for (BlockResult& block : result.blocks) block.peaks = soc.peak_rates(block.name);
  return result;
}

HostResult host_result(const HostUsage& begin, const RunResult& run) {
  const HostUsage end = host_usage();
  HostResult host{.wall_seconds = end.wall_seconds - begin.wall_seconds,
                  .cpu_seconds = end.cpu_seconds - begin.cpu_seconds,
                  .peak_memory_bytes = end.peak_memory_bytes};
  if (host.cpu_seconds > 0) {
    host.instructions_per_second = static_cast<double>(run.instructions) / host.cpu_seconds;
    host.macs_per_second = static_cast<double>(run.macs()) / host.cpu_seconds;
  }
  return host;
}

/// What the run's ending means for the exit code; says on standard error what went wrong.
int exit_code(Ending ending, const RunRecorder& recorder) {
  switch (ending) {
    case Ending::interrupted:
      std::fprintf(stderr, "kasane: interrupted\n");
      return exit_interrupted;
    case Ending::deadlock:
      std::fprintf(stderr, "kasane: the chip stands still: firmware waits and nothing is under way\n");
      return exit_firmware_failed;
    case Ending::time_limit:
      std::fprintf(stderr, "kasane: the scenario's time_limit passed before firmware ended the run\n");
      return exit_firmware_failed;
    case Ending::stopped:
      break;
  }
  if (!recorder.exit_code().has_value() || *recorder.exit_code() != 0) {
    std::fprintf(stderr, "kasane: firmware ended the run with code %u\n", recorder.exit_code().value_or(0));
    return exit_firmware_failed;
  }
  return exit_success;
}

}  // namespace

Scenario scenario_of(const CommandLine& line, const ResourceFolders& folders) {
  std::vector<Override> overrides = line.overrides;
  if (line.images) overrides.push_back({"dataset.images", std::to_string(*line.images)});
  Scenario scenario = read_scenario(line.subject, overrides, folders);
  if (line.traces) scenario.trace.formats = *line.traces;
  return scenario;
}

int run(const CommandLine& line, const ResourceFolders& folders) {
  Scenario scenario = scenario_of(line, folders);
  const std::optional<UnitDesign> design = wire_units(scenario.chip);
  const Technology technology = Technology::load(scenario.technology);
  const RunInputs inputs = read_inputs(scenario, design);
  const RunPaths paths{line.out.empty() ? std::filesystem::path("runs") / scenario.name : line.out};

  ProgressLine progress(line.quiet);
  RunRecorder recorder;
  std::optional<Console> console;
  Soc soc(
      "soc", scenario.chip, technology, [&console](char character) { console->put(character); }, recorder);
  load_memories(soc, scenario, inputs);

  paths.prepare();
  console.emplace(paths.console(), progress, line.quiet);
  Traces traces(scenario.trace, paths, soc.trace_layout(names_of(inputs.layers)), soc.account());
  recorder.attach(soc.account(), scenario.trace, paths);

  const HostUsage begin = host_usage();
  const InterruptGuard guard;
  const Ending ending = simulate(scenario.time_limit, [&] {
    traces.poll();
    progress.update([&](double host_seconds) {
      return progress_text({.images_done = recorder.images(),
                            .images_total = recorder.images_total(),
                            .simulated = sc_core::sc_time_stamp(),
                            .instructions = soc.hart().instructions()},
                           host_seconds);
    });
  });
  soc.hart().settle();
  soc.account().settle();
  progress.clear();
  console->finish();
  traces.finish();
  recorder.finish();

  RunResult result = collect(scenario, inputs, soc, recorder, technology, ending);
  result.peaks = traces.peaks();
  const HostResult host = host_result(begin, result);
  write_file_atomically(paths.summary(), summary_json(result));
  write_file_atomically(paths.host(), host_json(host));
  if (!line.quiet) std::fputs(run_table(result, host).c_str(), stdout);
  const int code = exit_code(ending, recorder);
  if (line.report && code != exit_interrupted) draw_report(paths.folder, folders);
  if (!line.quiet) std::printf("\n  results: %s\n", paths.folder.c_str());
  return code;
}

}  // namespace kasane
