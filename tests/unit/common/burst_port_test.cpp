/// A burst that never completes must leave nothing behind: neither when its target throws, nor when the
/// kernel ends the process in the middle of it (as it does when a run stops early).
#include "models/common/burst_port.h"

#include <array>
#include <gtest/gtest.h>
#include <stdexcept>

#include <tlm_utils/simple_target_socket.h>

namespace kasane {
namespace {

class StubbornTarget : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<StubbornTarget> socket{"socket"};
  bool throws = false;
  int calls = 0;

  explicit StubbornTarget(sc_core::sc_module_name name) : sc_module(name) {
    socket.register_b_transport(this, &StubbornTarget::b_transport);
  }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
    ++calls;
    EXPECT_EQ(accumulates(payload), false);
    if (throws) throw std::runtime_error("target failed");
    wait(1, sc_core::SC_SEC);
  }
};

class Initiator : public sc_core::sc_module {
 public:
  BurstPort port{"port"};
  std::array<std::uint8_t, 8> data{};
  bool unwound = false;

  explicit Initiator(sc_core::sc_module_name name) : sc_module(name) {}
  void read_for_ever() {
    try {
      port.read(0, data, no_layer, sc_core::SC_ZERO_TIME);
    } catch (const sc_core::sc_unwind_exception&) {
      unwound = true;
      throw;
    }
  }
};

// The throw comes first: once a coroutine was unwound, address sanitizers misjudge throws on the main stack.
TEST(BurstPort, LeavesNothingBehindWhenATransferDoesNotComplete) {
  Initiator initiator("initiator");
  StubbornTarget target("target");
  initiator.port.socket.bind(target.socket);
  target.throws = true;
  EXPECT_THROW(initiator.port.read(0, initiator.data, no_layer, sc_core::SC_ZERO_TIME), std::runtime_error);
  EXPECT_EQ(target.calls, 1);

  target.throws = false;
  sc_core::sc_process_handle process = sc_core::sc_spawn([&] { initiator.read_for_ever(); });
  sc_core::sc_spawn([&] {
    sc_core::wait(1, sc_core::SC_NS);
    EXPECT_EQ(target.calls, 2);
    process.kill();
  });
  sc_core::sc_start(2, sc_core::SC_NS);
  EXPECT_TRUE(initiator.unwound);
}

}  // namespace
}  // namespace kasane
