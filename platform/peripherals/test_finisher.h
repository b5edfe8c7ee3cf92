/// Ends the run when software says so. See kasane/test_finisher.h.
#pragma once

#include "platform/peripherals/register_block.h"
#include "platform/peripherals/run_monitor.h"

namespace kasane {

/// A debug block like the run monitor: it has no area and its accesses cost nothing. A reset ends the run
/// with code 0, as there is nobody who would want the same boot again; words it does not know do nothing.
class TestFinisher : public RegisterBlock {
 public:
  /// `observer` hears the exit code once and outlives the finisher.
  TestFinisher(sc_core::sc_module_name name, RunObserver& observer);

 private:
  void write_status(std::uint32_t value);
  void finish(std::uint32_t code);

  RunObserver& observer_;
  bool finished_ = false;
};

}  // namespace kasane
