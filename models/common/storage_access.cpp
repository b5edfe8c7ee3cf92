#include "models/common/storage_access.h"

#include <algorithm>
#include <cstring>

#include "models/common/transaction_tag.h"

namespace kasane {

tlm::tlm_response_status check_access(const tlm::tlm_generic_payload& payload, std::uint64_t size,
                                      bool can_add) {
  if (accumulates(payload) && !can_add) return tlm::TLM_COMMAND_ERROR_RESPONSE;
  if (!payload.is_read() && !payload.is_write()) return tlm::TLM_COMMAND_ERROR_RESPONSE;
  const std::uint64_t length = payload.get_data_length();
  const std::uint64_t streaming = payload.get_streaming_width();
  if (length == 0 || streaming == 0) return tlm::TLM_BURST_ERROR_RESPONSE;
  if (payload.get_byte_enable_ptr() != nullptr && payload.get_byte_enable_length() == 0) {
    return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
  }
  const std::uint64_t address = payload.get_address();
  if (address >= size || std::min(length, streaming) > size - address) return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  return tlm::TLM_OK_RESPONSE;
}

void copy_data(tlm::tlm_generic_payload& payload, std::span<std::uint8_t> storage) {
  unsigned char* const data = payload.get_data_ptr();
  const std::uint64_t length = payload.get_data_length();
  const std::uint64_t streaming = payload.get_streaming_width();
  const unsigned char* const enables = payload.get_byte_enable_ptr();
  std::uint8_t* const at = storage.data() + payload.get_address();
  if (enables == nullptr && streaming >= length) {
    if (payload.is_read()) {
      std::memcpy(data, at, length);
    } else {
      std::memcpy(at, data, length);
    }
    return;
  }
  for (std::uint64_t index = 0; index < length; ++index) {
    if (enables != nullptr && enables[index % payload.get_byte_enable_length()] != TLM_BYTE_ENABLED) continue;
    std::uint8_t& byte = at[index % streaming];
    if (payload.is_read()) {
      data[index] = byte;
    } else {
      byte = data[index];
    }
  }
}

unsigned debug_copy(tlm::tlm_generic_payload& payload, std::span<std::uint8_t> storage) {
  const std::uint64_t address = payload.get_address();
  if (address >= storage.size()) return 0;
  const std::uint64_t count = std::min<std::uint64_t>(payload.get_data_length(), storage.size() - address);
  if (payload.is_read()) {
    std::memcpy(payload.get_data_ptr(), storage.data() + address, count);
  } else if (payload.is_write()) {
    std::memcpy(storage.data() + address, payload.get_data_ptr(), count);
  } else {
    return 0;
  }
  return static_cast<unsigned>(count);
}

}  // namespace kasane
