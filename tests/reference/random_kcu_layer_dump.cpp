/// Writes random layers for Kernel Comp Units and what the C++ reference makes of them, for a second
/// reference to check. Little-endian, a layer: both 128-byte records; uint32 bytes of units, FMM, WM, table
/// and partial sums; uint32 design's CRC; these five memories; FMM and partial sums after both records. Units
/// are as for the CRC: size, constants.
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>

#include "tests/reference/random_kcu_layers.h"

namespace {

using namespace kasane::reference;

void write(std::ostream& out, const Bytes& bytes) {
  for (const uint8_t byte : bytes) out.put(static_cast<char>(byte));
}

template <typename Record>
void write_record(std::ostream& out, const Record& record) {
  static_assert(sizeof record == KASANE_COMMAND_BYTES);
  Bytes bytes(sizeof record);
  std::memcpy(bytes.data(), &record, sizeof record);
  write(out, bytes);
}

void write_word(std::ostream& out, uint64_t value) {
  Bytes bytes(4);
  store_word(bytes, 0, static_cast<int32_t>(static_cast<uint32_t>(value)));
  write(out, bytes);
}

Bytes units_as_bytes(const std::vector<UnitKernel>& units) {
  Bytes bytes;
  for (const UnitKernel& unit : units) {
    bytes.push_back(static_cast<uint8_t>(unit.size));
    for (const int8_t constant : unit.constants) bytes.push_back(static_cast<uint8_t>(constant));
  }
  return bytes;
}

void write_layer(std::ostream& out, const RandomKcuLayer& layer) {
  write_record(out, layer.convolution);
  write_record(out, layer.finish.command);
  const Bytes units = units_as_bytes(layer.units);
  const Bytes* memories[] = {&units, &layer.finish.fmm, &layer.finish.wm, &layer.table, &layer.finish.sums};
  for (const Bytes* memory : memories) write_word(out, memory->size());
  write_word(out, design_crc(layer.units));
  for (const Bytes* memory : memories) write(out, *memory);
  write(out, layer.expected_fmm());
  write(out, layer.expected_sums());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: random_kcu_layer_dump FILE LAYERS SEED\n";
    return 2;
  }
  std::ofstream out(argv[1], std::ios::binary);
  Random random(std::strtoull(argv[3], nullptr, 10));
  for (int i = 0; i < std::atoi(argv[2]); ++i)
    write_layer(out, make_random_kcu_layer(random, make_random_units(random)));
  if (!out) {
    std::cerr << "random_kcu_layer_dump: cannot write " << argv[1] << '\n';
    return 2;
  }
  return 0;
}
