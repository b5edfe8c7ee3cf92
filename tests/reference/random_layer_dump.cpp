/// Writes random NCU layers and what the C++ reference makes of them, for a second reference to check.
/// Format, little-endian, repeated: 128-byte record, uint32 bytes of FMM, uint32 bytes of WM, FMM, WM, FMM
/// after.
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "tests/reference/random_layers.h"

namespace {

void write_bytes(std::ostream& out, const kasane::reference::Bytes& bytes) {
  for (const uint8_t byte : bytes) out.put(static_cast<char>(byte));
}

void write_size(std::ostream& out, size_t size) {
  for (int shift = 0; shift < 32; shift += 8) out.put(static_cast<char>((size >> shift) & 0xFF));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: random_layer_dump FILE LAYERS SEED\n";
    return 2;
  }
  std::ofstream out(argv[1], std::ios::binary);
  kasane::reference::Random random(std::strtoull(argv[3], nullptr, 10));
  for (int i = 0; i < std::atoi(argv[2]); ++i) {
    const auto layer = kasane::reference::make_random_layer(random);
    for (const uint8_t byte : layer.record) out.put(static_cast<char>(byte));
    write_size(out, layer.fmm.size());
    write_size(out, layer.wm.size());
    write_bytes(out, layer.fmm);
    write_bytes(out, layer.wm);
    write_bytes(out, layer.expected());
  }
  if (!out) {
    std::cerr << "random_layer_dump: cannot write " << argv[1] << '\n';
    return 2;
  }
  return 0;
}
