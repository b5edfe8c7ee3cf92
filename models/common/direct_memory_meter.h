/// Accounts for accesses that bypass transport: an initiator that uses DMI reports to the memory what it did.
#pragma once

#include <cstdint>

#include <tlm>

#include "models/common/activity_observer.h"
#include "models/common/ids.h"

namespace kasane {

/// What direct accesses cost, each of at most 8 bytes, at nominal voltage.
struct DirectAccessCosts {
  BlockId block;
  double read_joules = 0;
  double write_joules = 0;
};

/// Offered by memories that grant DMI, so that reads and writes cost the same energy on either path.
class DirectMemoryMeter {
 public:
  virtual ~DirectMemoryMeter() = default;

  /// An initiator made `reads` and `writes` accesses, each of at most 8 bytes, spread evenly over `when`.
  /// Precondition: when.begin >= sc_time_stamp().
  virtual void book_direct_accesses(std::uint64_t reads, std::uint64_t writes, const Interval& when,
                                    LayerId layer) = 0;

  virtual DirectAccessCosts direct_access_costs() const = 0;
};

/// Attached by the initiator to the payload of get_direct_mem_ptr; the memory that grants fills in itself.
/// A memory without meter leaves it empty. The initiator clears the extension before it goes out of scope.
struct DirectMemoryMeterRequest : tlm::tlm_extension<DirectMemoryMeterRequest> {
  DirectMemoryMeter* meter = nullptr;

  tlm::tlm_extension_base* clone() const override { return new DirectMemoryMeterRequest(*this); }
  void copy_from(const tlm::tlm_extension_base& other) override {
    meter = static_cast<const DirectMemoryMeterRequest&>(other).meter;
  }
};

/// Called by a memory from its get_direct_mem_ptr.
inline void offer_meter(tlm::tlm_generic_payload& payload, DirectMemoryMeter& meter) {
  DirectMemoryMeterRequest* request = nullptr;
  payload.get_extension(request);
  if (request != nullptr) request->meter = &meter;
}

}  // namespace kasane
