/// A record of the recording: what the simulation hands to the thread that writes traces.
#pragma once

#include <cstdint>

#include "models/common/ids.h"

namespace kasane {

struct TraceEvent {
  enum class Kind : std::uint8_t {
    time,         ///< it is `begin`
    energy,       ///< subject: block; value: joules
    access,       ///< subject: port; value: joules; count: bytes
    background,   ///< subject: block; value: watts
    slice,        ///< subject: block; detail: Track; count: name
    driver_call,  ///< subject: engine; count: job
    job,          ///< subject: engine; count: job
    interrupt,    ///< subject: source
    layer,
    region,    ///< count: name
    image,     ///< subject: slot; count: name
    level,     ///< subject: level; count: value
    activity,  ///< subject: block; detail: Activity
    domain,    ///< subject: domain; detail: power_bits; end: awake_at; value: volts; count: hertz
  };
  static constexpr std::uint8_t clocked_bit = 1;
  static constexpr std::uint8_t powered_bit = 2;

  Kind kind = Kind::time;
  std::uint8_t detail = 0;
  LayerId layer = no_layer;
  std::uint32_t subject = 0;
  std::uint64_t begin = 0;  ///< picoseconds; of what happens at a moment, the moment
  std::uint64_t end = 0;
  double value = 0;
  std::uint64_t count = 0;
};
static_assert(sizeof(TraceEvent) == 40);

}  // namespace kasane
