#include "platform/package_table.h"

#include <initializer_list>

#include "platform/run/network_facts.h"
#include "platform/trace/formatted.h"

namespace kasane {
namespace {

std::uint64_t sum_of(const PackageView& package, auto kasane_layer::*field) {
  std::uint64_t sum = 0;
  for (const kasane_layer& layer : package.layers()) sum += layer.*field;
  return sum;
}

std::string memory_line(const kasane_package_header& header) {
  struct Use {
    const char* memory;
    std::uint32_t bytes;
  };
  std::string text;
  for (const Use& use : std::initializer_list<Use>{{"FMM", header.fmm_bytes},
                                                   {"WM", header.wm_bytes},
                                                   {"partial sum memory", header.sums_bytes},
                                                   {"correspondence tables", header.table_bytes},
                                                   {"feature maps of the CPU", header.cpu_maps_bytes},
                                                   {"weights of the CPU", header.cpu_weights_bytes},
                                                   {"maps that do not fit on chip", header.scratch_bytes}}) {
    if (use.bytes > 0) text += formatted("%s %u bytes %s", text.empty() ? "" : ",", use.bytes, use.memory);
  }
  return text.empty() ? text : "  memory " + text + "\n";
}

std::string layer_lines(const PackageView& package, const NetworkFacts& network) {
  const bool exits = network.exits.size() > 1;
  std::string text = formatted("\n  %-17s %-31s %4s %-10s %12s %10s %9s %9s\n", "layer", "operators",
                               exits ? "exit" : "", "on", "MAC", "weights, B", "input, B", "output, B");
  for (std::size_t index = 0; index < network.layers.size(); ++index) {
    const kasane_layer& layer = package.layers()[index];
    const LayerFacts& facts = network.layers[index];
    text += formatted("  %-17.17s %-31.31s %4s %-10s %12llu %10u %9u %9u\n", facts.name.c_str(),
                      facts.operators.c_str(), exits ? std::to_string(facts.segment + 1).c_str() : "",
                      facts.engine.c_str(), static_cast<unsigned long long>(layer.macs), layer.weight_bytes,
                      layer.input_bytes, layer.output_bytes);
  }
  return text + formatted("  %-17s %-31s %4s %-10s %12llu %10llu\n", "all", "", "", "",
                          static_cast<unsigned long long>(sum_of(package, &kasane_layer::macs)),
                          static_cast<unsigned long long>(sum_of(package, &kasane_layer::weight_bytes)));
}

std::string exit_lines(const NetworkFacts& network) {
  if (network.exits.size() < 2) return {};
  std::string text = "\n";
  for (std::size_t index = 0; index < network.exits.size(); ++index) {
    const ExitFacts& exit = network.exits[index];
    text += formatted("  exit %zu, %.40s: segment on %s, %llu MAC\n", index + 1, exit.name.c_str(),
                      exit.engine.c_str(), static_cast<unsigned long long>(exit.macs_per_image));
  }
  return text;
}

}  // namespace

std::string package_table(const PackageView& package) {
  const NetworkFacts network = network_facts(package);
  return memory_line(package.header()) + layer_lines(package, network) + exit_lines(network);
}

}  // namespace kasane
