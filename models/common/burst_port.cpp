#include "models/common/burst_port.h"

#include "models/common/scoped_extension.h"
#include "models/common/transaction_tag.h"

namespace kasane {

sc_core::sc_time BurstPort::read(std::uint64_t address, std::span<std::uint8_t> data, LayerId layer,
                                 sc_core::sc_time delay) {
  return transfer(tlm::TLM_READ_COMMAND, address, data.data(), data.size(), TransactionTag(layer), delay);
}

sc_core::sc_time BurstPort::write(std::uint64_t address, std::span<const std::uint8_t> data, LayerId layer,
                                  sc_core::sc_time delay) {
  // TLM has one data pointer for both directions; targets only read through it for a write.
  return transfer(tlm::TLM_WRITE_COMMAND, address, const_cast<std::uint8_t*>(data.data()), data.size(),
                  TransactionTag(layer), delay);
}

sc_core::sc_time BurstPort::accumulate(std::uint64_t address, std::span<const std::uint8_t> data,
                                       LayerId layer, sc_core::sc_time delay) {
  TransactionTag tag(layer);
  tag.accumulate = true;
  return transfer(tlm::TLM_WRITE_COMMAND, address, const_cast<std::uint8_t*>(data.data()), data.size(), tag,
                  delay);
}

sc_core::sc_time BurstPort::transfer(tlm::tlm_command command, std::uint64_t address, std::uint8_t* data,
                                     std::size_t bytes, const TransactionTag& tag, sc_core::sc_time delay) {
  if (bytes == 0) return delay;
  tlm::tlm_generic_payload payload;
  TransactionTag attached = tag;
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(data);
  payload.set_data_length(static_cast<unsigned>(bytes));
  payload.set_streaming_width(static_cast<unsigned>(bytes));
  payload.set_byte_enable_ptr(nullptr);
  payload.set_dmi_allowed(false);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  const ScopedExtension attach(payload, attached);
  socket->b_transport(payload, delay);
  if (payload.is_response_error()) throw BurstError{address, payload.get_response_status()};
  return delay;
}

}  // namespace kasane
