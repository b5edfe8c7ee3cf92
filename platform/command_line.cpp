#include "platform/command_line.h"

#include <boost/program_options.hpp>
#include <sstream>

namespace kasane {
namespace {

namespace options = boost::program_options;

options::options_description visible_options() {
  options::options_description description("Options");
  auto add = description.add_options();
  add("out,o", options::value<std::string>()->value_name("PATH"),
      "run, sweep: the results' folder; compile, units, diff: the file");
  add("set", options::value<std::vector<std::string>>()->value_name("a.b=VALUE"),
      "override a value of the scenario");
  add("corner", options::value<std::string>()->value_name("CORNER"),
      "count with the technology's low, typical or high figures");
  add("jobs,j", options::value<std::uint32_t>()->value_name("N"), "sweep: N runs at a time, else one a core");
  add("images", options::value<std::uint32_t>()->value_name("N"), "classify N images");
  add("traces", options::value<std::string>()->value_name("LIST"),
      "all, none, or of power,perfetto,vcd,fst,results");
  add("interactive,i",
      "run: type into the UART yourself; the scenario's console input and time limit are left out");
  add("trace-instructions", options::value<std::string>()->value_name("WHAT"),
      "instructions.log of 10us..20us, a function or its n-th call as convolve#3, both with a comma, or all");
  add("console", options::value<std::uint32_t>()->value_name("PORT"),
      "run: type into the UART over TCP port PORT of this host (nc localhost PORT), as with --interactive");
  add("gdb", options::value<std::uint32_t>()->value_name("PORT"),
      "run: GDB may attach at TCP port PORT of this host; 0: any free one");
  add("gdb-wait", "run: execute nothing before GDB has attached and continued");
  add("profile", "run: attribute instructions, cycles and energy to functions and call stacks");
  add("no-report", "do not draw report.html");
  add("quiet,q", "print errors only");
  add("help,h", "show this text");
  return description;
}

Command parse_command(const std::string& word) {
  if (word == "run") return Command::run;
  if (word == "describe") return Command::describe;
  if (word == "compile") return Command::compile;
  if (word == "units") return Command::units;
  if (word == "sweep") return Command::sweep;
  if (word == "report") return Command::report;
  if (word == "check") return Command::check;
  if (word == "diff") return Command::diff;
  if (word == "help") return Command::help;
  throw UsageError("unknown command '" + word +
                   "', expected run, sweep, describe, compile, units, report, diff, check or help");
}

Override parse_override(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos) throw UsageError("--set " + text + ": expected a.b=VALUE");
  return {text.substr(0, equals), text.substr(equals + 1)};
}

Override corner_override(const std::string& word) {
  if (word != "low" && word != "typical" && word != "high") {
    throw UsageError("--corner " + word + ": expected low, typical or high");
  }
  return {"technology.corner", word};
}

/// What the command works on: one file or folder, two for a comparison.
void read_subjects(const options::variables_map& given, CommandLine& line) {
  const bool two = line.command == Command::diff;
  if (two && !given.contains("other")) throw UsageError("expected the folders of two runs");
  if (!given.contains("subject")) {
    if (line.command == Command::check) throw UsageError("expected the folder of a run");
    throw UsageError(line.command == Command::report ? "expected the folder of a run or a sweep"
                                                     : "expected a scenario or sweep file");
  }
  line.subject = given["subject"].as<std::string>();
  if (!given.contains("other")) return;
  line.other = given["other"].as<std::string>();
  if (!two) throw UsageError("expected one file or folder, got also '" + line.other.string() + "'");
}

std::optional<std::uint16_t> port(const options::variables_map& given, const std::string& option) {
  if (!given.contains(option)) return std::nullopt;
  const auto number = given[option].as<std::uint32_t>();
  if (number > 65535) throw UsageError("--" + option + ": expected a TCP port, 0 ... 65535");
  return static_cast<std::uint16_t>(number);
}

/// How the run can be reached from outside.
void read_ports(const options::variables_map& given, CommandLine& line) {
  line.gdb = port(given, "gdb");
  line.gdb_wait = given.contains("gdb-wait");
  line.console = port(given, "console");
  if (line.gdb_wait && !line.gdb) throw UsageError("--gdb-wait: expected --gdb PORT as well");
  const bool reached = line.gdb || line.console;
  if (reached && line.command != Command::run) throw UsageError("--gdb and --console are for run");
}

CommandLine interpret(const options::variables_map& given) {
  CommandLine line;
  if (given.contains("help") || !given.contains("command")) return line;
  line.command = parse_command(given["command"].as<std::string>());
  if (line.command == Command::help) return line;
  read_subjects(given, line);
  if (given.contains("out")) line.out = given["out"].as<std::string>();
  if (given.contains("set")) {
    for (const std::string& text : given["set"].as<std::vector<std::string>>()) {
      line.overrides.push_back(parse_override(text));
    }
  }
  if (given.contains("corner")) line.overrides.push_back(corner_override(given["corner"].as<std::string>()));
  if (given.contains("images")) line.images = given["images"].as<std::uint32_t>();
  if (given.contains("traces")) line.traces = parse_traces(given["traces"].as<std::string>());
  if (given.contains("trace-instructions")) {
    line.overrides.push_back({"trace.instructions", given["trace-instructions"].as<std::string>()});
  }
  if (given.contains("jobs")) {
    line.jobs = given["jobs"].as<std::uint32_t>();
    if (*line.jobs == 0 || *line.jobs > 1024) throw UsageError("--jobs: expected 1 ... 1024");
  }
  line.profile = given.contains("profile");
  if (line.profile && line.command != Command::run) throw UsageError("--profile is for run");
  line.quiet = given.contains("quiet");
  line.interactive = given.contains("interactive");
  read_ports(given, line);
  line.report = !given.contains("no-report");
  return line;
}

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv) {
  options::options_description all = visible_options();
  auto add = all.add_options();
  add("command", options::value<std::string>());
  add("subject", options::value<std::string>());
  add("other", options::value<std::string>());
  options::positional_options_description positions;
  positions.add("command", 1).add("subject", 1).add("other", 1);
  try {
    options::variables_map given;
    options::store(options::command_line_parser(argc, argv).options(all).positional(positions).run(), given);
    options::notify(given);
    return interpret(given);
  } catch (const options::error& error) {
    throw UsageError(error.what());
  } catch (const std::invalid_argument& error) {
    throw UsageError(std::string("--traces: ") + error.what());
  }
}

std::string usage() {
  std::ostringstream text;
  text << "kasane run SCENARIO       simulate; results go to runs/<scenario> or --out\n"
          "kasane sweep SWEEP        run every combination of a sweep's axes, on all cores; goes on where it "
          "was\n"
          "kasane describe SCENARIO  print the chip: blocks, memory map, registers, areas\n"
          "kasane compile SCENARIO   compile the scenario's network to a package file, --out\n"
          "kasane units SCENARIO     write the chip's Kernel Comp Units to a file, --out\n"
          "kasane report FOLDER      draw report.html of a run or a sweep\n"
          "kasane check RUN          prove that a run's files keep their laws: traces add up to the ledger, "
          "...\n"
          "kasane diff RUN_A RUN_B   print what changed from run A to run B, and draw it: RUN_B/diff.html or "
          "--out\n\n"
       << visible_options();
  return text.str();
}

}  // namespace kasane
