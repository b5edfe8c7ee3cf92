#include "platform/peripherals/test_finisher.h"

#include "kasane/test_finisher.h"

namespace kasane {

TestFinisher::TestFinisher(sc_core::sc_module_name name, RunObserver& observer)
    : RegisterBlock(name, 4, std::nullopt), observer_(observer) {
  bank().accept_narrow(2);  // OpenSBI writes halfwords
  bank().add({.name = "STATUS",
              .offset = KASANE_FINISHER_STATUS,
              .access = Access::write_only,
              .description = "0x5555 ends the run, 0x3333 with the code in bits 31:16, 0x7777 resets",
              .on_write = [this](std::uint32_t value) { write_status(value); }});
}

void TestFinisher::write_status(std::uint32_t value) {
  switch (value & 0xFFFF) {
    case KASANE_FINISHER_PASS:
    case KASANE_FINISHER_RESET:
      return finish(0);
    case KASANE_FINISHER_FAIL:
      return finish(value >> 16);
    default:
      return;
  }
}

void TestFinisher::finish(std::uint32_t code) {
  if (finished_) return;  // the hart may run on to the end of its delta cycle; the first word counts
  finished_ = true;
  observer_.on_exit(code);
  sc_core::sc_stop();
}

}  // namespace kasane
