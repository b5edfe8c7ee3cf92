/// Stimulus for peripherals: a bus master that makes single accesses, and a memory of fixed latency.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <gtest/gtest.h>
#include <vector>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "models/technology/technology.h"

namespace kasane::bench {

inline Technology technology() {
  return Technology::load({.file = KASANE_SOURCE_DIR "/models/technology/tables/45nm.yaml"});
}

inline PowerDomainConfig megahertz_100() {
  return {.points = {{0.9, 100'000'000}, {0.7, 50'000'000}}, .wake_up = sc_core::sc_time(1, sc_core::SC_US)};
}

struct Master : sc_core::sc_module {
  tlm_utils::simple_initiator_socket<Master> socket{"socket"};
  explicit Master(sc_core::sc_module_name name) : sc_module(name) {}

  tlm::tlm_response_status access(tlm::tlm_command command, std::uint64_t address, void* data, unsigned bytes,
                                  sc_core::sc_time delay = {}) {
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(address);
    payload.set_data_ptr(static_cast<unsigned char*>(data));
    payload.set_data_length(bytes);
    payload.set_streaming_width(bytes);
    socket->b_transport(payload, delay);
    return payload.get_response_status();
  }
  /// What a debugger reads; fails the test where there is nothing.
  template <typename Word = std::uint32_t>
  Word peek(std::uint64_t address) {
    Word word = 0;
    tlm::tlm_generic_payload payload;
    payload.set_read();
    payload.set_address(address);
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(&word));
    payload.set_data_length(sizeof(word));
    EXPECT_EQ(socket->transport_dbg(payload), sizeof(word));
    return word;
  }
  template <typename Word = std::uint32_t>
  Word read(std::uint64_t address) {
    Word word = 0;
    EXPECT_EQ(access(tlm::TLM_READ_COMMAND, address, &word, sizeof(word)), tlm::TLM_OK_RESPONSE);
    return word;
  }
  template <typename Word = std::uint32_t>
  void write(std::uint64_t address, std::type_identity_t<Word> word) {
    EXPECT_EQ(access(tlm::TLM_WRITE_COMMAND, address, &word, sizeof(word)), tlm::TLM_OK_RESPONSE);
  }
};

/// Answers reads and writes within its size after fixed times, and counts them.
struct Memory : sc_core::sc_module {
  tlm_utils::simple_target_socket<Memory> socket{"socket"};
  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(65536);
  sc_core::sc_time read_time;
  sc_core::sc_time write_time;
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;

  Memory(sc_core::sc_module_name name, sc_core::sc_time read, sc_core::sc_time write)
      : sc_module(name), read_time(read), write_time(write) {
    socket.register_b_transport(this, &Memory::transport);
  }
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    const std::uint64_t address = payload.get_address();
    const unsigned length = payload.get_data_length();
    if (address >= bytes.size() || length > bytes.size() - address) {
      payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      return;
    }
    if (payload.is_write()) {
      std::memcpy(bytes.data() + address, payload.get_data_ptr(), length);
      delay += write_time;
      ++writes;
    } else {
      std::memcpy(payload.get_data_ptr(), bytes.data() + address, length);
      delay += read_time;
      ++reads;
    }
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
};

/// Runs `body` as the stimulus process; sc_start() in the caller.
struct Stimulus : sc_core::sc_module {
  std::function<void()> body;
  Stimulus(sc_core::sc_module_name name, std::function<void()> what)
      : sc_module(name), body(std::move(what)) {
    SC_HAS_PROCESS(Stimulus);
    SC_THREAD(run);
  }
  void run() {
    body();
    sc_core::sc_stop();
  }
};

}  // namespace kasane::bench
