/// Writes random layers of one engine and what the C++ reference makes of them, for a second reference to
/// check. Little-endian, repeated: 128-byte record, uint32 bytes of FMM, uint32 bytes of WM, FMM, WM, FMM
/// after. One layer of the array in 100 wraps its sums at 24 bits.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>

#include "tests/reference/random_cartesian_layers.h"
#include "tests/reference/random_hiddenite_layers.h"
#include "tests/reference/random_layers.h"

namespace {

using namespace kasane::reference;

void write_bytes(std::ostream& out, const Bytes& bytes) {
  for (const uint8_t byte : bytes) out.put(static_cast<char>(byte));
}

void write_size(std::ostream& out, size_t size) {
  for (int shift = 0; shift < 32; shift += 8) out.put(static_cast<char>((size >> shift) & 0xFF));
}

template <typename Layer>
void write_layer(std::ostream& out, const CommandRecord& record, const Layer& layer) {
  for (const uint8_t byte : record) out.put(static_cast<char>(byte));
  write_size(out, layer.fmm.size());
  write_size(out, layer.wm.size());
  write_bytes(out, layer.fmm);
  write_bytes(out, layer.wm);
  write_bytes(out, layer.expected());
}

void write_ncu_layer(std::ostream& out, Random& random, int) {
  const auto layer = make_random_layer(random);
  write_layer(out, layer.record, layer);
}

void write_cartesian_layer(std::ostream& out, Random& random, int index) {
  const auto columns = static_cast<uint32_t>(random.between(2, 64));
  const auto layer = index % 100 == 99 ? make_wrapping_cartesian_layer(random, columns)
                                       : make_random_cartesian_layer(random, columns, {.products = 100'000});
  write_layer(out, layer.record(), layer);
}

void write_hidden_layer(std::ostream& out, Random& random, int index) {
  const auto lanes = static_cast<uint32_t>(random.between(1, 32));
  const auto layer = index % 100 == 99 ? make_large_hidden_sums(random)
                                       : make_random_hidden_layer(random, lanes, {.products = 100'000});
  write_layer(out, layer.record(), layer);
}

const std::map<std::string, void (*)(std::ostream&, Random&, int)> kEngines{
    {"ncu", write_ncu_layer}, {"cartesian", write_cartesian_layer}, {"hiddenite", write_hidden_layer}};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5 || !kEngines.contains(argv[1])) {
    std::cerr << "usage: random_layer_dump ncu|cartesian|hiddenite FILE LAYERS SEED\n";
    return 2;
  }
  std::ofstream out(argv[2], std::ios::binary);
  Random random(std::strtoull(argv[4], nullptr, 10));
  for (int i = 0; i < std::atoi(argv[3]); ++i) kEngines.at(argv[1])(out, random, i);
  if (!out) {
    std::cerr << "random_layer_dump: cannot write " << argv[2] << '\n';
    return 2;
  }
  return 0;
}
