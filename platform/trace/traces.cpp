#include "platform/trace/traces.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "platform/trace/outside_program.h"
#include "platform/trace/writers/gtkw_file.h"
#include "platform/trace/writers/perfetto_writer.h"
#include "platform/trace/writers/power_csv.h"
#include "platform/trace/writers/timeline_csv.h"
#include "platform/trace/writers/vcd_writer.h"

namespace kasane {
namespace {
/// However long the windows: what has not passed stays in memory.
constexpr Picoseconds longest_step = 1'000'000;
/// What GTKWave shows of a run that has not come to its end.
constexpr Picoseconds first_look = 1'000'000'000;
}  // namespace

Traces::Traces(const TraceConfig& config, const RunPaths& paths, TraceLayout layout, EnergyAccount& account)
    : config_(config), paths_(paths), layout_(std::move(layout)), tracks_(layout_) {
  add_writers();
  if (writers_.empty()) return;
  std::vector<TraceSink*> sinks;
  for (const auto& writer : writers_) sinks.push_back(writer.get());
  const Picoseconds window = config.power_window.value();
  player_ = std::make_unique<TracePlayer>(layout_, tracks_, names_, window, std::move(sinks));
  pipe_ = std::make_unique<EventPipe>(
      EventPipe::Consumer{.take = [this](std::span<const TraceEvent> events) { player_->take(events); },
                          .tick = [this] { player_->tick(); },
                          .finish = [this] { player_->finish(); }});
  recorder_ = std::make_unique<TraceRecorder>(*pipe_, names_, std::min(window, longest_step));
  account.observe(*recorder_);
}

void Traces::add_writers() {
  const auto wants = [this](TraceFormat format) { return config_.formats.contains(format); };
  if (wants(TraceFormat::power)) {
    writers_.push_back(std::make_unique<PowerCsv>(paths_.power(), layout_.blocks));
    writers_.push_back(std::make_unique<TimelineCsv>(paths_.timeline(), layout_, tracks_));
  }
  if (wants(TraceFormat::perfetto)) {
    writers_.push_back(
        std::make_unique<PerfettoWriter>(paths_.perfetto(), config_.compress, layout_, tracks_));
  }
  if (wants(TraceFormat::vcd) || wants(TraceFormat::fst)) {
    writers_.push_back(std::make_unique<VcdWriter>(paths_.vcd(), layout_, config_.power_window.value()));
    const auto waves = wants(TraceFormat::vcd) ? paths_.vcd() : paths_.fst();
    write_save_file(waves, first_look);
  }
}

void Traces::write_save_file(const std::filesystem::path& waves, Picoseconds shown) const {
  write_gtkw(paths_.gtkw(), waves.filename(), layout_, shown);
}

void Traces::poll() {
  if (!pipe_) return;
  recorder_->mark_time();
  pipe_->check();
}

void Traces::show_image(std::size_t slot, const std::string& name, const Interval& when) {
  if (recorder_) recorder_->show_image(slot, name, when);
}

void Traces::finish() {
  if (!pipe_) return;
  recorder_->mark_time();
  pipe_->finish();
  const std::filesystem::path waves = waves_at_end();
  if (!waves.empty()) write_save_file(waves, std::max<Picoseconds>(sc_core::sc_time_stamp().value(), 1));
}

std::filesystem::path Traces::waves_at_end() const {
  const bool keep = config_.formats.contains(TraceFormat::vcd);
  if (!config_.formats.contains(TraceFormat::fst)) return keep ? paths_.vcd() : std::filesystem::path();
  const ProgramEnd end = run_outside_program({"vcd2fst", paths_.vcd(), paths_.fst()});
  if (!end.good) {
    std::fprintf(stderr, "kasane: no waves.fst, waves.vcd stays: %s (Debian's package gtkwave has it)\n",
                 end.failure.c_str());
  }
  if (!end.good || keep) return paths_.vcd();
  std::filesystem::remove(paths_.vcd());
  return paths_.fst();
}

std::vector<PowerPeak> Traces::peaks() const {
  return player_ ? player_->peaks() : std::vector<PowerPeak>{};
}

}  // namespace kasane
