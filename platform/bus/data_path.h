/// One data path of the bus and its arbiter: who may move data when.
#pragma once

#include <cstdint>
#include <vector>

#include <systemc>

#include "models/common/reservations.h"

namespace kasane {

enum class Arbitration : std::uint8_t {
  round_robin,     ///< the waiting initiator that follows the last one served
  fixed_priority,  ///< the waiting initiator with the lowest priority number
};

class DataPath : public sc_core::sc_module {
 public:
  /// `priorities` by initiator; 0 goes first. Equal ones: the lower initiator.
  DataPath(sc_core::sc_module_name name, Arbitration arbitration, std::vector<std::uint32_t> priorities);

  /// Takes the path for `length` from `delay` after now on; returns when it is granted, as a delay from the
  /// time of the return. If nobody else wants the path this books it at once and does not wait; else it calls
  /// wait(), and the arbiter decides among those that wait.
  sc_core::sc_time acquire(std::size_t initiator, sc_core::sc_time length, sc_core::sc_time delay);

  std::uint64_t contended() const { return contended_; }  ///< grants that had to wait
  sc_core::sc_time waited() const { return waited_; }     ///< sum of their waiting times

 private:
  struct Claim {
    std::size_t initiator;
    sc_core::sc_time length;
    sc_core::sc_event granted;
  };
  bool take_if_free(std::size_t initiator, sc_core::sc_time length, sc_core::sc_time begin);
  void arbitrate();
  void schedule();
  /// Whether a claim of `one` goes before a claim of `other`.
  bool before(std::size_t one, std::size_t other) const;

  const Arbitration arbitration_;
  const std::vector<std::uint32_t> priorities_;
  Reservations taken_;
  std::vector<Claim*> waiting_;  ///< in order of arrival
  std::size_t last_served_;
  sc_core::sc_event wake_;
  bool settled_ = false;
  std::uint64_t contended_ = 0;
  sc_core::sc_time waited_;
};

}  // namespace kasane
