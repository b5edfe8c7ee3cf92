#include "platform/trace/writers/gtkw_file.h"

#include <algorithm>
#include <cmath>

#include "platform/trace/number_text.h"
#include "platform/trace/output_file.h"
#include "platform/trace/writers/vcd_signals.h"

namespace kasane {
namespace {

// GTKWave's flags of a trace, in hexadecimal, as its save files have them.
constexpr const char* analog_step = "@88420\n";  // right-justified, signed, stepped curve over its full range
constexpr const char* more_height = "@20000\n-\n-\n-\n";  // empty lines that the curve above grows into
constexpr const char* bit = "@28\n";
constexpr const char* decimal = "@24\n";
constexpr const char* text = "@820\n";
constexpr const char* group_begin = "@800200\n";
constexpr const char* group_closed = "@c00200\n";
constexpr const char* group_end = "@1000200\n";
constexpr const char* closed_group_end = "@1401200\n";

/// GTKWave's zoom is the power of two of time units that 200 pixels show, negative; behind it no marker is
/// set.
std::string zoom_line(Picoseconds shown) {
  constexpr double pixels = 950;  // that the window below has for waves
  constexpr int markers = 27;
  const double zoom = std::max(0.0, std::log2(static_cast<double>(shown) * 200 / pixels));
  std::string line = "*-";
  append_number(line, zoom);
  for (int marker = 0; marker < markers; ++marker) line += " -1";
  return line + "\n";
}

std::string show(const VcdSignal& signal) {
  const std::string path = "kasane." + (signal.scope.empty() ? "" : signal.scope + ".") + signal.name;
  switch (signal.kind) {
    case VcdKind::real:
      return analog_step + path + '\n' + more_height;
    case VcdKind::wire:
      return bit + path + '\n';
    case VcdKind::integer:
      return decimal + path + '\n';
    case VcdKind::text:
      return text + path + '\n';
  }
  return "";
}

}  // namespace

void write_gtkw(const std::filesystem::path& path, const std::string& waves, const TraceLayout& layout,
                Picoseconds shown) {
  const VcdSignals signals(layout);
  std::string content = "[dumpfile] \"" + waves + "\"\n[savefile] \"" + path.filename().string() + "\"\n";
  content += zoom_line(shown);
  content += "[timestart] 0\n[size] 1600 1000\n[pos] -1 -1\n[treeopen] kasane.\n[signals_width] 320\n";
  // The blocks that work are open, the others closed until asked for.
  const auto works = [&](const std::string& scope) {
    for (const WorkerEntry& worker : layout.workers) {
      if (layout.blocks[worker.block.index] == scope) return true;
    }
    return false;
  };
  std::string scope;
  bool open = false;
  const auto end_group = [&] {
    if (!scope.empty()) content += (open ? group_end : closed_group_end) + ("-" + scope) + "\n";
  };
  for (const VcdSignal& signal : signals.all) {
    if (signal.scope != scope) {
      end_group();
      scope = signal.scope;
      open = works(scope);
      content += (open ? group_begin : group_closed) + ("-" + scope) + "\n";
    }
    content += show(signal);
  }
  end_group();
  write_file_atomically(path, content);
}

}  // namespace kasane
