/// What the masks of hidden networks cost, as CSV on standard output:
///   mask_codecs densities                    bits a weight of every codec, random masks of every density
///   mask_codecs layers [-l LANES] NETWORK...    of every layer of hidden networks (ONNX)
///   mask_codecs transfer [-l LANES] NETWORK...  bytes of whole networks, beside those of other kinds of
///   weights
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <span>
#include <string_view>

#include "sw/compiler/compiler.h"
#include "sw/compiler/hidden_masks.h"
#include "sw/compiler/mask_statistics.h"

namespace kasane::compiler {
namespace {

constexpr std::uint32_t default_lanes = 8;

std::vector<std::int8_t> random_mask(std::size_t weights, double kept) {
  std::mt19937 random(1);
  std::bernoulli_distribution keep(kept);
  std::vector<std::int8_t> mask(weights);
  for (auto& weight : mask) weight = keep(random);
  return mask;
}

/// A kept weight costs a field, and one more for each whole run of 2^r - 1 masked-off ones before it.
double expected_bits(double kept, std::uint32_t field_bits) {
  return field_bits == 0 ? 1 : kept * field_bits / (1 - std::pow(1 - kept, (1 << field_bits) - 1));
}

/// 512 output channels of 64 x 3 x 3 weights, in tiles of eight.
void print_densities() {
  constexpr OutputTiles tiles{.outputs = 512, .columns = default_lanes};
  constexpr std::size_t weights = std::size_t{tiles.outputs} * 576;
  std::puts("kept_percent,field_bits,bits_a_weight,expected");
  for (const int percent : {1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 35, 40, 50, 60, 70, 80, 90}) {
    const double kept = percent / 100.0;
    const auto mask = random_mask(weights, kept);
    for (std::uint32_t bits = 0; bits < mask_codecs; ++bits)
      std::printf("%d,%u,%.4f,%.4f\n", percent, bits,
                  8.0 * static_cast<double>(all_mask_bytes(tiles, mask, bits)) / weights,
                  expected_bits(kept, bits));
  }
}

void print_layers(const Graph& graph, const std::vector<LayerMasks>& layers) {
  for (const LayerMasks& layer : layers) {
    const auto weights = static_cast<double>(layer.weights);
    std::printf("%s,%s,%llu,%llu,%.4f,%u", graph.name.c_str(), layer.name.c_str(),
                static_cast<unsigned long long>(layer.weights), static_cast<unsigned long long>(layer.kept),
                static_cast<double>(layer.kept) / weights, layer.field_bits);
    for (const std::uint64_t bytes : layer.mask_bytes)
      std::printf(",%.4f", 8 * static_cast<double>(bytes) / weights);
    std::printf(",%.4f\n", 8 * static_cast<double>(layer.table_bytes) / weights);
  }
}

void print_transfer(const Graph& graph, const std::vector<LayerMasks>& layers) {
  const ModelTransfer transfer = model_transfer(layers);
  std::printf("%s", graph.name.c_str());
  for (const std::uint64_t bytes :
       {transfer.weights, transfer.masks, transfer.tables, transfer.seeds, transfer.parameters,
        transfer.hidden(), transfer.binary(), transfer.int8(), transfer.float32()})
    std::printf(",%llu", static_cast<unsigned long long>(bytes));
  std::printf("\n");
}

int usage() {
  std::fputs("mask_codecs: expected densities, or layers or transfer, [-l LANES] and hidden networks\n",
             stderr);
  return 2;
}

int run(std::span<char*> arguments) {
  if (arguments.empty()) return usage();
  const std::string_view table = arguments[0];
  arguments = arguments.subspan(1);
  if (table == "densities" && arguments.empty()) {
    print_densities();
    return 0;
  }
  std::uint32_t lanes = default_lanes;
  if (arguments.size() > 1 && std::string_view(arguments[0]) == "-l") {
    lanes = static_cast<std::uint32_t>(std::strtoul(arguments[1], nullptr, 10));
    arguments = arguments.subspan(2);
  }
  if ((table != "layers" && table != "transfer") || arguments.empty()) return usage();
  std::puts(table == "layers"
                ? "network,layer,weights,kept,density,chosen_field_bits,raw,r1,r2,r3,r4,r5,r6,r7,r8,"
                  "tile_table"
                : "network,weights,masks,tables,seeds,parameters,hidden,binary,int8,float32");
  for (const char* file : arguments) {
    Graph graph = read_network(file);
    graph.name = std::filesystem::path(file).stem();
    const auto layers = mask_statistics(graph, lanes);
    if (layers.empty()) throw CompileError(graph.file + ": has no hidden layer, expected a hidden network");
    table == "layers" ? print_layers(graph, layers) : print_transfer(graph, layers);
  }
  return 0;
}

}  // namespace
}  // namespace kasane::compiler

int main(int count, char** arguments) {
  try {
    return kasane::compiler::run(std::span(arguments, static_cast<std::size_t>(count)).subspan(1));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mask_codecs: %s\n", error.what());
    return 2;
  }
}
