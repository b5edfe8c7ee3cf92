/// Writes random layers for the Cartesian-product array and what the C++ reference makes of them, for a
/// second reference to check. Little-endian, repeated: 128-byte record, uint32 bytes of FMM, uint32 bytes of
/// WM, FMM, WM, FMM after. One layer in 100 wraps its sums at 24 bits.
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "tests/reference/random_cartesian_layers.h"

namespace {

using namespace kasane::reference;

void write_bytes(std::ostream& out, const Bytes& bytes) {
  for (const uint8_t byte : bytes) out.put(static_cast<char>(byte));
}

void write_size(std::ostream& out, size_t size) {
  for (int shift = 0; shift < 32; shift += 8) out.put(static_cast<char>((size >> shift) & 0xFF));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: random_cartesian_layer_dump FILE LAYERS SEED\n";
    return 2;
  }
  std::ofstream out(argv[1], std::ios::binary);
  Random random(std::strtoull(argv[3], nullptr, 10));
  for (int i = 0; i < std::atoi(argv[2]); ++i) {
    const auto columns = static_cast<uint32_t>(random.between(2, 64));
    const auto layer = i % 100 == 99 ? make_wrapping_cartesian_layer(random, columns)
                                     : make_random_cartesian_layer(random, columns, {.products = 100'000});
    for (const uint8_t byte : layer.record()) out.put(static_cast<char>(byte));
    write_size(out, layer.fmm.size());
    write_size(out, layer.wm.size());
    write_bytes(out, layer.fmm);
    write_bytes(out, layer.wm);
    write_bytes(out, layer.expected());
  }
  if (!out) {
    std::cerr << "random_cartesian_layer_dump: cannot write " << argv[1] << '\n';
    return 2;
  }
  return 0;
}
