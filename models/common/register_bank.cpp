#include "models/common/register_bank.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "models/common/transaction_tag.h"

namespace kasane {

Register& RegisterBank::add(Register definition) {
  if (definition.offset % width_ != 0) {
    throw std::invalid_argument("register '" + definition.name + "': offset is not a multiple of its width");
  }
  const std::uint64_t offset = definition.offset;
  const auto [position, fresh] = registers_.emplace(offset, std::move(definition));
  if (!fresh) throw std::invalid_argument("register '" + position->second.name + "': another has its offset");
  return position->second;
}

std::uint32_t RegisterBank::read(const Register& reg) const {
  if (reg.access == Access::write_only) return 0;
  return reg.on_read ? reg.on_read() : reg.value;
}

void RegisterBank::write(Register& reg, std::uint32_t written) const {
  if (reg.access == Access::write_one_to_clear) reg.value &= ~written;
  if (reg.on_write) {
    reg.on_write(written);
  } else if (reg.access != Access::write_one_to_clear) {
    reg.value = written;
  }
}

tlm::tlm_response_status RegisterBank::check(std::uint64_t offset, std::uint32_t length,
                                             bool is_write) const {
  const bool one = length == width_ || length == narrow_;
  const bool two = length == 2 * width_ && width_ == 4;
  if (!one && !two) return tlm::TLM_BURST_ERROR_RESPONSE;
  if (offset % std::max(length, width_) != 0) return tlm::TLM_BURST_ERROR_RESPONSE;
  for (std::uint64_t at = offset; at < offset + length; at += width_) {
    const auto found = registers_.find(at);
    if (found == registers_.end()) return tlm::TLM_ADDRESS_ERROR_RESPONSE;
    if (is_write && found->second.access == Access::read_only) return tlm::TLM_COMMAND_ERROR_RESPONSE;
  }
  return tlm::TLM_OK_RESPONSE;
}

unsigned RegisterBank::peek(std::uint64_t offset, unsigned char* data, unsigned length) const {
  for (unsigned done = 0; done < length; ++done) {
    const std::uint64_t byte = (offset + done) % width_;
    const auto found = registers_.find(offset + done - byte);
    if (found == registers_.end()) return done;
    const Register& reg = found->second;
    const std::uint32_t value = reg.on_peek ? reg.on_peek() : read(reg);
    data[done] = static_cast<unsigned char>(value >> (8 * byte));
  }
  return length;
}

unsigned RegisterBank::debug(tlm::tlm_generic_payload& payload) {
  if (payload.is_read()) {
    return peek(payload.get_address(), payload.get_data_ptr(), payload.get_data_length());
  }
  transport(payload);
  return payload.is_response_ok() ? payload.get_data_length() : 0;
}

void RegisterBank::transport(tlm::tlm_generic_payload& payload) {
  const bool is_write = payload.is_write();
  if (payload.get_byte_enable_ptr() != nullptr) {
    payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    return;
  }
  if (accumulates(payload)) {
    payload.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
    return;
  }
  const std::uint64_t offset = payload.get_address();
  const std::uint32_t length = payload.get_data_length();
  const tlm::tlm_response_status status = check(offset, length, is_write);
  payload.set_response_status(status);
  if (status != tlm::TLM_OK_RESPONSE) return;
  unsigned char* data = payload.get_data_ptr();
  const std::uint32_t step = std::min(length, width_);
  for (std::uint32_t done = 0; done < length; done += step) {
    Register& reg = registers_.at(offset + done);
    std::uint32_t value = 0;
    if (is_write) {
      std::memcpy(&value, data + done, step);
      write(reg, value);
    } else {
      value = read(reg);
      std::memcpy(data + done, &value, step);
    }
  }
}

}  // namespace kasane
