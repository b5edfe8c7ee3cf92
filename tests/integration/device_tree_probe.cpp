/// Writes the device tree that a boot scenario's machine hands to firmware: device_tree_probe SCENARIO FILE.
#include <cstdio>
#include <exception>
#include <fstream>
#include <variant>

#include <systemc>

#include "platform/run/run_recorder.h"
#include "platform/scenario/scenario.h"
#include "platform/virt/virt_machine.h"

int sc_main(int argc, char* argv[]) {
  using namespace kasane;
  if (argc != 3) return 2;
  try {
    const Scenario scenario = read_scenario(argv[1], {}, {.source = KASANE_SOURCE_DIR, .firmware = {}});
    RunRecorder nobody;
    VirtMachine machine(
        "machine", std::get<BootRun>(scenario.run).machine, Technology::load(scenario.technology),
        [](char) {}, nobody);
    const std::vector<std::uint8_t> blob = machine.device_tree_blob();
    std::ofstream(argv[2], std::ios::binary)
        .write(reinterpret_cast<const char*>(blob.data()), static_cast<std::streamsize>(blob.size()));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "device_tree_probe: %s\n", error.what());
    return 2;
  }
  return 0;
}
