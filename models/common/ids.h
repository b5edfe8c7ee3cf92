/// Names by number for what the accounts and traces talk about.
#pragma once

#include <cstdint>

#include "kasane/engine.h"

namespace kasane {

/// A block of the chip, in the order in which blocks were added to the energy account.
struct BlockId {
  std::uint32_t index = 0;
  friend bool operator==(BlockId, BlockId) = default;
};

/// A kind of operation of one block.
struct OperationId {
  std::uint32_t index = 0;
  friend bool operator==(OperationId, OperationId) = default;
};

/// A port of a block, over which data move.
struct PortId {
  std::uint32_t index = 0;
  friend bool operator==(PortId, PortId) = default;
};

/// A quantity of a block that holds its value until it changes: a wire, a queue's depth.
struct LevelId {
  std::uint32_t index = 0;
  friend bool operator==(LevelId, LevelId) = default;
};

/// A power domain, in the order in which domains were added to the activity feed.
struct PowerDomainId {
  std::uint32_t index = 0;
  friend bool operator==(PowerDomainId, PowerDomainId) = default;
};

/// A layer of the running network: index into the package's layer table, or none.
using LayerId = std::uint16_t;
inline constexpr LayerId no_layer = KASANE_NO_LAYER;

}  // namespace kasane
