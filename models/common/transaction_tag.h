/// Tells a memory or bus for which layer a transaction is made, so that its energy lands in the right
/// account, and whether a write adds to what is there.
#pragma once

#include <systemc>
#include <tlm>

#include "models/common/energy_account.h"

namespace kasane {

/// Attach with ScopedExtension.
struct TransactionTag : tlm::tlm_extension<TransactionTag> {
  LayerId layer = no_layer;
  bool accumulate = false;  ///< of a write: add int32 to int32, where the target can; see BankedSram

  TransactionTag() = default;
  explicit TransactionTag(LayerId of) : layer(of) {}
  tlm::tlm_extension_base* clone() const override { return new TransactionTag(*this); }
  void copy_from(const tlm::tlm_extension_base& other) override {
    *this = static_cast<const TransactionTag&>(other);
  }
};

inline bool accumulates(const tlm::tlm_generic_payload& payload) {
  TransactionTag* tag = nullptr;
  payload.get_extension(tag);
  return tag != nullptr && tag->accumulate;
}

/// The layer a transaction is for: its tag's, or else the one software is in.
inline LayerId layer_of(const tlm::tlm_generic_payload& payload, const EnergyAccount& account) {
  TransactionTag* tag = nullptr;
  payload.get_extension(tag);
  return tag != nullptr ? tag->layer : account.layer();
}

}  // namespace kasane
