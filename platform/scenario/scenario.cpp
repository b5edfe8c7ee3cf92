#include "platform/scenario/scenario.h"

#include <stdexcept>
#include <utility>

#include "kasane/hiddenite.h"
#include "platform/scenario/chip_reader.h"
#include "platform/scenario/exits_reader.h"

namespace kasane {
namespace {

TechnologyChoice read_technology(Section section, const std::filesystem::path& source) {
  TechnologyChoice choice;
  section.require("file");
  section.path("file", choice.file, source);
  section.choice("corner", choice.corner,
                 {{"low", Corner::low}, {"typical", Corner::typical}, {"high", Corner::high}});
  section.choice("sram", choice.sram_flavour,
                 {{"lstp", SramFlavour::lstp}, {"lop", SramFlavour::lop}, {"hp", SramFlavour::hp}});
  section.finish();
  return choice;
}

/// Bits of a field of every mask, or "automatic": none.
void read_field_bits(Section& section, std::optional<std::uint32_t>& field_bits) {
  std::string text;
  if (!section.text("field_bits", text)) return;
  if (text == "automatic") {
    field_bits.reset();
    return;
  }
  if (text.size() != 1 || text[0] < '0' || text[0] > '0' + KASANE_HIDDENITE_MAX_FIELD_BITS) {
    section.fail("field_bits", "expected automatic, 0 (raw bitmaps) or bits in 1 ... 8, got '" + text + "'");
  }
  field_bits = static_cast<std::uint32_t>(text[0] - '0');
}

SoftwareConfig read_software(Section section, const ChipConfig& chip, const ResourceFolders& folders) {
  SoftwareConfig software;
  section.require("firmware");
  std::string firmware;
  section.text("firmware", firmware);
  // A plain name means one of our own programs, anything else a file.
  if (firmware.find_first_of("./") == std::string::npos) {
    software.firmware = folders.firmware / (firmware + ".elf");
  } else {
    section.path("firmware", software.firmware, folders.source);
  }
  section.require("network");
  section.path("network", software.network, folders.source);
  Section mapping = section.section("mapping");
  mapping.number("threshold", software.mapping.threshold, {-1, 2});
  mapping.texts("layers", software.mapping.layers);
  mapping.choice("assignment", software.mapping.by_cluster, {{"nearest", false}, {"cluster", true}});
  mapping.finish();
  Section array = section.section("array");
  array.boolean("first_and_last_on_ncu", software.array.first_and_last_on_ncu);
  array.texts("ncu_layers", software.array.ncu_layers);
  array.finish();
  Section hiddenite = section.section("hiddenite");
  read_field_bits(hiddenite, software.hiddenite.field_bits);
  hiddenite.texts("ncu_layers", software.hiddenite.ncu_layers);
  hiddenite.finish();
  software.exits = read_exits(section.section("exits"), chip);
  section.finish();
  return software;
}

DatasetConfig read_dataset(Section section, const std::filesystem::path& source) {
  DatasetConfig dataset;
  section.require("kind");
  section.choice("kind", dataset.kind,
                 {{"fashion_mnist", DatasetKind::fashion_mnist},
                  {"mnist", DatasetKind::mnist},
                  {"cifar10", DatasetKind::cifar10}});
  const bool packed = dataset.kind == DatasetKind::cifar10;
  const std::string place = packed ? "archive" : "folder";
  const std::string other = packed ? "folder" : "archive";
  if (section.has(other)) section.fail(other, "does not fit this kind of data set, expected '" + place + "'");
  section.require(place);
  section.path(place, dataset.source, source);
  section.integer("images", dataset.images, {1, 10'000});
  section.integer("calibration_images", dataset.calibration_images, {1, 60'000});
  section.finish();
  return dataset;
}

TraceConfig read_trace(Section section) {
  const sc_core::sc_time nanosecond(1, sc_core::SC_NS);
  const sc_core::sc_time second(1, sc_core::SC_SEC);
  TraceConfig trace;
  std::vector<std::string> words;
  if (section.texts("formats", words)) {
    std::string list;
    for (const std::string& word : words) list += (list.empty() ? "" : ",") + word;
    try {
      trace.formats = parse_traces(list);
    } catch (const std::invalid_argument& error) {
      section.fail("formats", error.what());
    }
  }
  if (section.time("power_window", trace.power_window) &&
      (trace.power_window < nanosecond || trace.power_window > second ||
       trace.power_window.value() % nanosecond.value() != 0)) {
    section.fail("power_window", "expected a whole number of nanoseconds, 1 ns to 1 s");
  }
  section.boolean("compress", trace.compress);
  if (std::string text; section.text("instructions", text)) {
    try {
      trace.instructions = parse_instruction_selection(text);
    } catch (const std::invalid_argument& error) {
      section.fail("instructions", error.what());
    }
  }
  section.finish();
  return trace;
}

NetworkRun read_network_run(Section& root, const ResourceFolders& folders) {
  NetworkRun run;
  root.require("chip");
  run.chip = read_chip(root.section("chip"), folders.source);
  root.require("software");
  run.software = read_software(root.section("software"), run.chip, folders);
  UnitDesignConfig& design = run.chip.kernel_comp_units.design;
  if (design.networks.empty()) design.networks = {run.software.network};
  root.require("dataset");
  run.dataset = read_dataset(root.section("dataset"), folders.source);
  return run;
}

BootRun read_boot_run(Section& root, const ResourceFolders& folders) {
  BootRun run;
  root.require("chip");
  run.machine = read_virt_machine(root.section("chip"));
  root.require("software");
  Section software = root.section("software");
  software.require("firmware");
  software.path("firmware", run.firmware, folders.source);
  software.require("payload");
  software.path("payload", run.payload, folders.source);
  software.finish();
  return run;
}

std::variant<NetworkRun, BootRun> read_run(Section& root, const ResourceFolders& folders) {
  enum class MachineKind : std::uint8_t { kasane, virt };
  MachineKind kind = MachineKind::kasane;
  root.choice("machine", kind, {{"kasane", MachineKind::kasane}, {"virt", MachineKind::virt}});
  if (kind == MachineKind::virt) return read_boot_run(root, folders);
  return read_network_run(root, folders);
}

std::vector<ConsoleStep> read_console(Section section) {
  std::vector<ConsoleStep> steps;
  for (Section& item : section.list("input")) {
    ConsoleStep step;
    item.require("expect");
    item.text("expect", step.expect);
    item.text("send", step.send);
    item.boolean("end", step.end);
    if (!steps.empty() && steps.back().end)
      item.fail("expect", "expected no step behind the one that ends the run");
    item.finish();
    steps.push_back(std::move(step));
  }
  section.finish();
  return steps;
}

}  // namespace

Scenario read_scenario(const std::filesystem::path& file, const std::vector<Override>& overrides,
                       const ResourceFolders& folders) {
  const Document document(file, overrides);
  Section root(document);
  Scenario scenario;
  scenario.file = file;
  root.require("name");
  root.text("name", scenario.name);
  if (scenario.name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") !=
      std::string::npos) {
    root.fail("name", "expected letters, digits, _ and - only: it names the results' folder");
  }
  root.text("description", scenario.description);
  root.require("technology");
  scenario.technology = read_technology(root.section("technology"), folders.source);
  scenario.run = read_run(root, folders);
  scenario.console = read_console(root.section("console"));
  scenario.trace = read_trace(root.section("trace"));
  root.time("time_limit", scenario.time_limit);
  root.finish();
  return scenario;
}

const NetworkRun& Scenario::network_run() const {
  if (const auto* found = std::get_if<NetworkRun>(&run)) return *found;
  throw std::invalid_argument(file.string() + ": machine: virt runs no network, expected kasane");
}

NetworkRun& Scenario::network_run() {
  return const_cast<NetworkRun&>(std::as_const(*this).network_run());
}

}  // namespace kasane
