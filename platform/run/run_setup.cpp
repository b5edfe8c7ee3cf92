#include "platform/run/run_setup.h"

#include <stdexcept>
#include <utility>

#include "platform/loader/boot_image.h"
#include "platform/loader/program_image.h"
#include "platform/run/run_inputs.h"
#include "platform/soc.h"
#include "platform/trace/q24.h"
#include "platform/virt/virt_machine.h"

namespace kasane {
namespace {

using Sink = std::function<void(char)>;

void write_exits(const ExitsConfig& exits, kasane_boot_info& info) {
  if (exits.overlap) info.flags |= KASANE_BOOT_OVERLAP;
  for (std::size_t exit = 0; exit < exits.thresholds.size(); ++exit) {
    info.exit_thresholds_q24[exit] = to_q24(exits.thresholds[exit]);
  }
}

/// Places of the run's data in external memory: package, data set, and the rest as scratch.
struct Placement {
  kasane_boot_info info{};

  Placement(const NetworkRun& run, const RunInputs& inputs) {
    const ChipConfig& chip = run.chip;
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
    info.images = run.dataset.images;
    write_exits(run.software.exits, info);
  }
};

void load_memories(Soc& soc, const NetworkRun& run, const RunInputs& inputs) {
  const Placement placement(run, inputs);
  soc.load(inputs.firmware, run.software.firmware.string());
  soc.load(placement.info.package_address, inputs.package, run.software.network.string());
  soc.load(placement.info.dataset_address, inputs.dataset, run.dataset.source.string());
  soc.load(memory_map_entry(KASANE_DEVICE_BOOT_ROM).base,
           boot_image(inputs.firmware.entry, placement.info, soc.devices()), "boot ROM");
}

/// The raw images among them have no names.
std::vector<std::filesystem::path> elf_files(std::vector<std::filesystem::path> files) {
  std::erase_if(files, [](const std::filesystem::path& file) { return !is_elf(file); });
  return files;
}

ReadyRun prepare(NetworkRun& run, const Technology& technology, Sink console, RunObserver& observer) {
  const std::optional<UnitDesign> design = wire_units(run.chip);
  const RunInputs inputs = read_inputs(run, design);
  auto soc = std::make_unique<Soc>("soc", run.chip, technology, std::move(console), observer);
  load_memories(*soc, run, inputs);
  return {.machine = std::move(soc),
          .software = run.software.firmware.stem().string(),
          .network = inputs.network,
          .dataset = inputs.dataset_name,
          .programs = {run.software.firmware}};
}

ReadyRun prepare(BootRun& run, const Technology& technology, Sink console, RunObserver& observer) {
  const BootImages images{.firmware = read_program(run.firmware, VirtMachine::firmware_address),
                          .firmware_name = run.firmware.string(),
                          .payload = read_program(run.payload, VirtMachine::payload_address),
                          .payload_name = run.payload.string()};
  auto machine = std::make_unique<VirtMachine>("soc", run.machine, technology, std::move(console), observer);
  machine->load_boot(images);
  return {.machine = std::move(machine),
          .software = run.firmware.filename().string() + ", " + run.payload.filename().string(),
          .network = {},
          .dataset = {},
          .programs = elf_files({run.firmware, run.payload})};
}

std::unique_ptr<Machine> build(NetworkRun& run, const Technology& technology, Sink console,
                               RunObserver& observer) {
  wire_units(run.chip);
  return std::make_unique<Soc>("soc", run.chip, technology, std::move(console), observer);
}

std::unique_ptr<Machine> build(BootRun& run, const Technology& technology, Sink console,
                               RunObserver& observer) {
  return std::make_unique<VirtMachine>("soc", run.machine, technology, std::move(console), observer);
}

}  // namespace

ReadyRun prepare(Scenario& scenario, const Technology& technology, Sink console, RunObserver& observer) {
  return std::visit([&](auto& run) { return prepare(run, technology, std::move(console), observer); },
                    scenario.run);
}

std::unique_ptr<Machine> build_machine(Scenario& scenario, const Technology& technology, Sink console,
                                       RunObserver& observer) {
  return std::visit([&](auto& run) { return build(run, technology, std::move(console), observer); },
                    scenario.run);
}

}  // namespace kasane
