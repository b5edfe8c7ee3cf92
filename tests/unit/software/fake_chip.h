/// A chip of which software sees registers: DMA engine, Neural Comp Unit, exit unit, power manager and run
/// monitor. An engine works when the test lets it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "tests/unit/software/small_package.h"

extern "C" {
#include "kasane/boot_info.h"
#include "sw/drivers/registers.h"
#include "sw/runtime/engine_executor.h"
#include "sw/runtime/software_executor.h"
}

namespace kasane {

inline uintptr_t address_of(AlignedBytes& bytes) {
  return reinterpret_cast<uintptr_t>(bytes.data());
}

/// One at a time: the executor's wait has no context. Sleeping software lets the engines work until its flag
/// is set.
class FakeChip {
 public:
  enum Domain : uint32_t {
    domain_dma = 1,
    domain_ncu = 2,  ///< and exit unit
    domain_fmm = 3,
    domain_wm = 4,
    domain_count = 5
  };

  /// Loads the package; `one_input`: network_places.
  explicit FakeChip(const std::vector<uint8_t>& package, bool one_input = true);
  FakeChip(const FakeChip&) = delete;
  FakeChip& operator=(const FakeChip&) = delete;
  ~FakeChip();

  /// The engine whose doorbell rang executes its list, then interrupts. False: none was rung. What the list
  /// needs must be clocked.
  bool work();
  [[nodiscard]] bool engines_rest();

  void set_domain(uint32_t domain, uint32_t offset, uint32_t value);
  [[nodiscard]] uint32_t control(uint32_t domain);
  /// Of engines and their memories.
  [[nodiscard]] bool clocks_gated();

  network loaded{};
  power_manager power{};
  ::engine_executor engines{};
  run_monitor monitor{};
  uint32_t ncu_error = KASANE_ERROR_NONE;  ///< what the NCU reports from its job number failing_job on
  int failing_job = 0;
  int jobs = 0;      ///< of all engines so far
  int ncu_jobs = 0;  ///< of the NCU so far

 private:
  struct FakeEngine {
    uint32_t id;
    uint16_t kind;
    uint32_t domain;
    uint32_t spaces;
    engine driver{};
    AlignedBytes registers{KASANE_ENGINE_REGISTER_BYTES};
  };

  void load(bool one_input);
  void open(FakeEngine& fake);
  void expect_running(uint32_t domain);
  uint32_t execute(FakeEngine& fake);
  void decide(FakeEngine& unit, const void* record);

  static inline FakeChip* instance_ = nullptr;
  AlignedBytes package_;
  AlignedBytes power_registers_{KASANE_POWER_REGISTER_BYTES};
  AlignedBytes monitor_registers_{KASANE_MONITOR_REGISTER_BYTES};
  AlignedBytes memory_{32768};
  AlignedBytes fmm_{1024};
  AlignedBytes wm_{8192};
  std::array<FakeEngine, 3> fakes_;
};

}  // namespace kasane
