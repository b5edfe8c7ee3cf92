/// A driver of memories and buses for tests: an initiator that runs scripts in threads of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <systemc>
#include <tlm_utils/simple_initiator_socket.h>

#include "models/common/energy_account.h"
#include "models/common/power_domain.h"
#include "models/technology/technology.h"

namespace kasane {

inline sc_core::sc_time ns(double count) {
  return {count, sc_core::SC_NS};
}

inline const Technology& test_technology() {
  static const Technology technology =
      Technology::load({KASANE_SOURCE_DIR "/models/technology/tables/45nm.yaml"});
  return technology;
}

/// 1 GHz: a cycle is 1 ns, so times in tests read as cycles.
inline PowerDomainConfig one_gigahertz() {
  return {.points = {{0.9, 1'000'000'000}}};
}

/// One access of all of `data`.
struct TestPayload : tlm::tlm_generic_payload {
  TestPayload(tlm::tlm_command command, std::uint64_t address, std::vector<std::uint8_t>& data) {
    set_command(command);
    set_address(address);
    set_data_ptr(data.data());
    set_data_length(static_cast<unsigned>(data.size()));
    set_streaming_width(static_cast<unsigned>(data.size()));
  }
};

class TestInitiator : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<TestInitiator> socket{"socket"};
  std::vector<std::pair<std::uint64_t, std::uint64_t>> invalidated;
  std::function<void(TestInitiator&)> script = [](TestInitiator&) {};

  explicit TestInitiator(sc_core::sc_module_name name) : sc_module(name) {
    SC_HAS_PROCESS(TestInitiator);
    SC_THREAD(run);
    socket.register_invalidate_direct_mem_ptr(this, &TestInitiator::invalidate);
  }

  /// Moves data starting `delay` from now; returns the response, adds the time to `delay`.
  tlm::tlm_response_status move(tlm::tlm_command command, std::uint64_t address,
                                std::vector<std::uint8_t>& data, sc_core::sc_time& delay) {
    TestPayload transaction(command, address, data);
    socket->b_transport(transaction, delay);
    return transaction.get_response_status();
  }

  /// When an access that starts now ends, waited for.
  sc_core::sc_time spend(tlm::tlm_command command, std::uint64_t address, std::size_t bytes) {
    std::vector<std::uint8_t> data(bytes);
    sc_core::sc_time delay;
    move(command, address, data, delay);
    wait(delay);
    return sc_core::sc_time_stamp();
  }

  unsigned debug(tlm::tlm_command command, std::uint64_t address, std::vector<std::uint8_t>& data) {
    TestPayload transaction(command, address, data);
    return socket->transport_dbg(transaction);
  }

 private:
  void run() { script(*this); }
  void invalidate(sc_dt::uint64 start, sc_dt::uint64 end) { invalidated.emplace_back(start, end); }
};

}  // namespace kasane
