#include "platform/trace/writers/vcd_writer.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <numeric>
#include <utility>

#include "platform/trace/number_text.h"

namespace kasane {
namespace {

constexpr std::size_t most_held = 4 * 1024 * 1024;
constexpr Picoseconds no_time = std::numeric_limits<Picoseconds>::max();

const char* declaration_of(VcdKind kind) {
  switch (kind) {
    case VcdKind::real:
      return "real 64";
    case VcdKind::wire:
      return "wire 1";
    case VcdKind::integer:
      return "integer 64";
    case VcdKind::text:
      return "string 1";
  }
  return "";
}

const char* first_value_of(VcdKind kind) {
  switch (kind) {
    case VcdKind::real:
      return "r0 ";
    case VcdKind::wire:
      return "0";
    case VcdKind::integer:
      return "b0 ";
    case VcdKind::text:
      return "sidle ";
  }
  return "";
}

std::string binary(std::uint64_t value) {
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + value % 2));
    value /= 2;
  } while (value > 0);
  return digits;
}

const char* text_of(Activity activity, Worker worker) {
  if (worker == Worker::processor) return activity == Activity::idle ? "sleep" : "run";
  switch (activity) {
    case Activity::idle:
      return "idle";
    case Activity::compute:
      return "compute";
    case Activity::memory:
      return "memory";
  }
  return "";
}

}  // namespace

VcdWriter::VcdWriter(const std::filesystem::path& path, const TraceLayout& layout, Picoseconds window)
    : file_(path),
      signals_(layout),
      workers_(layout.workers),
      worker_of_(layout.blocks.size()),
      window_(window),
      open_end_(window),
      held_time_(no_time),
      reals_(signals_.all.size()) {
  for (std::size_t index = 0; index < layout.workers.size(); ++index) {
    worker_of_[layout.workers[index].block.index] = index;
  }
  write_header();
}

void VcdWriter::write_header() {
  std::string text = "$version Kasane $end\n$timescale 1 ps $end\n$scope module kasane $end\n";
  std::string scope;
  for (const VcdSignal& signal : signals_.all) {
    if (signal.scope != scope) {
      if (!scope.empty()) text += "$upscope $end\n";
      text += "$scope module " + signal.scope + " $end\n";
      scope = signal.scope;
    }
    text += std::string("$var ") + declaration_of(signal.kind) + " " + signal.code + " " + signal.name +
            " $end\n";
  }
  text += "$upscope $end\n$upscope $end\n$enddefinitions $end\n#0\n$dumpvars\n";
  for (const VcdSignal& signal : signals_.all) text += first_value_of(signal.kind) + signal.code + "\n";
  file_.write(text + "$end\n");
}

void VcdWriter::write_time(Picoseconds at) {
  if (at == time_) return;
  time_ = at;
  line_ = '#';
  append_number(line_, at);
  line_ += '\n';
  file_.write(line_);
}

void VcdWriter::set_real(std::size_t signal, Picoseconds at, double value) {
  if (reals_[signal] == value) return;
  reals_[signal] = value;
  write_time(at);
  line_ = 'r';
  append_number(line_, value);
  line_ += ' ' + signals_.all[signal].code + '\n';
  file_.write(line_);
}

void VcdWriter::window(const RateWindow& window) {
  const Picoseconds begin = window.when.begin;
  for (std::size_t block = 0; block < signals_.power.size(); ++block) {
    set_real(signals_.power[block], begin, window.watts[block]);
  }
  for (std::size_t port = 0; port < signals_.bandwidth.size(); ++port) {
    set_real(signals_.bandwidth[port], begin, window.bytes_per_second[port]);
  }
  set_real(signals_.total, begin, std::accumulate(window.watts.begin(), window.watts.end(), 0.0));
  write_held();
  hold_up_to(window.when.end);  // of a window that came as one of several
  write_held();
  hold_up_to(window.when.end + window_);
}

/// The open window ends at `end` from now on.
void VcdWriter::hold_up_to(Picoseconds end) {
  open_end_ = end;
  for (; !later_.empty() && later_.front().at < end; later_.pop_front()) hold(later_.front());
}

void VcdWriter::change(Picoseconds at, std::string line) {
  Change change{at, std::move(line)};
  if (at < open_end_) {
    hold(change);
  } else {
    later_.push_back(std::move(change));
  }
}

void VcdWriter::hold(const Change& change) {
  if (change.at != held_time_) {
    held_time_ = change.at;
    held_ += '#';
    append_number(held_, change.at);
    held_ += '\n';
  }
  held_ += change.line;
  if (held_.size() >= most_held) spill();
}

void VcdWriter::spill() {
  if (!spill_) spill_.reset(std::tmpfile());
  if (!spill_ || std::fwrite(held_.data(), 1, held_.size(), spill_.get()) != held_.size()) {
    throw OutputError(file_.path().string() + ": cannot write a temporary file: " + std::strerror(errno));
  }
  spilled_ += held_.size();
  held_.clear();
}

void VcdWriter::write_held() {
  if (held_time_ == no_time) return;
  if (spilled_ > 0) {
    // Back in pieces that end as they were written: with whole lines.
    spill();
    std::rewind(spill_.get());
    std::array<char, 64 * 1024> line{};
    while (spilled_ > 0 && std::fgets(line.data(), line.size(), spill_.get()) != nullptr) {
      const std::string_view text(line.data());
      spilled_ -= text.size();
      file_.write(text);
    }
    if (spilled_ > 0) throw OutputError(file_.path().string() + ": cannot read its temporary file");
    std::rewind(spill_.get());
  } else {
    file_.write(held_);
    held_.clear();
  }
  time_ = held_time_;
  held_time_ = no_time;
}

void VcdWriter::level(LevelId level, Picoseconds at, std::uint64_t value) {
  const VcdSignal& signal = signals_.all[signals_.levels[level.index]];
  const bool wire = signal.kind == VcdKind::wire;
  change(at, (wire ? std::string(value == 0 ? "0" : "1") : "b" + binary(value) + " ") + signal.code + '\n');
}

void VcdWriter::activity(BlockId block, Picoseconds at, Activity activity) {
  const VcdSignal& signal = signals_.all[signals_.states[worker_of_[block.index]]];
  const Worker worker = workers_[worker_of_[block.index]].kind;
  change(at, std::string("s") + text_of(activity, worker) + ' ' + signal.code + '\n');
}

void VcdWriter::domain(PowerDomainId domain, Picoseconds at, const DomainState& state) {
  const std::size_t index = domain.index;
  change(at, "s" + vcd_name(state.text) + ' ' + signals_.all[signals_.domain_states[index]].code + '\n');
  for (const auto& [signal, value] : {std::pair(signals_.domain_volts[index], state.volts),
                                      std::pair(signals_.domain_hertz[index], state.hertz)}) {
    std::string line = "r";
    append_number(line, value);
    change(at, line + ' ' + signals_.all[signal].code + '\n');
  }
}

void VcdWriter::finish(Picoseconds end) {
  for (const std::size_t signal : signals_.power) set_real(signal, end, 0);
  for (const std::size_t signal : signals_.bandwidth) set_real(signal, end, 0);
  set_real(signals_.total, end, 0);
  write_time(end);
  write_held();
  hold_up_to(no_time);
  write_held();
  file_.close();
}

}  // namespace kasane
