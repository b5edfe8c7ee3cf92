/// What all memories do alike with a payload: check it, copy its data, find the words it touches.
#pragma once

#include <cstdint>
#include <span>

#include <tlm>

namespace kasane {

/// Words of `width` bytes.
struct WordRange {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

/// The words that `bytes` > 0 from `address` on touch, partly touched ones included.
inline WordRange words_touched(std::uint64_t address, std::uint64_t bytes, std::uint32_t width) {
  const std::uint64_t first = address / width;
  return {first, (address + bytes - 1) / width - first + 1};
}

/// Whether a memory of `size` bytes can execute the payload: TLM_OK_RESPONSE, or the error to answer. A write
/// that accumulates (transaction_tag.h) is for memories that can `add`.
tlm::tlm_response_status check_access(const tlm::tlm_generic_payload& payload, std::uint64_t size,
                                      bool can_add = false);

/// Executes a payload that check_access found good: copies, honouring byte enables and streaming width.
void copy_data(tlm::tlm_generic_payload& payload, std::span<std::uint8_t> storage);

/// Debug access: copies as many bytes as exist, returns how many. Takes no time, costs no energy.
unsigned debug_copy(tlm::tlm_generic_payload& payload, std::span<std::uint8_t> storage);

}  // namespace kasane
