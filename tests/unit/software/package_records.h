/// What packages built by hand are made of.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "kasane/package.h"

namespace kasane::package_records {

struct Record {
  uint8_t bytes[KASANE_COMMAND_BYTES];
};

template <typename Command>
Record record(const Command& command) {
  Record result{};
  std::memcpy(result.bytes, &command, sizeof command);
  return result;
}

inline Record copy(uint8_t from, uint64_t source, uint8_t to, uint64_t destination, uint32_t bytes) {
  kasane_dma_copy c{};
  c.header = {KASANE_DMA_COPY, KASANE_NO_LAYER, 0};
  c.source = source;
  c.destination = destination;
  c.row_bytes = bytes;
  c.rows = c.planes = 1;
  c.source_space = from;
  c.destination_space = to;
  return record(c);
}

/// Appends at the next multiple of 64 and tells where.
template <typename T>
uint32_t append(std::vector<uint8_t>& bytes, const std::vector<T>& table) {
  bytes.resize((bytes.size() + 63) / 64 * 64);
  const size_t at = bytes.size();
  bytes.resize(at + table.size() * sizeof(T));
  if (!table.empty()) std::memcpy(bytes.data() + at, table.data(), table.size() * sizeof(T));
  return static_cast<uint32_t>(at);
}

}  // namespace kasane::package_records
