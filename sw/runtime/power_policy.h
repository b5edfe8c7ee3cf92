/// How an application spends power: what it switches off, and how fast it runs its engines.
#ifndef KASANE_RUNTIME_POWER_POLICY_H
#define KASANE_RUNTIME_POWER_POLICY_H

#include <stdbool.h>
#include <stdint.h>

struct power_policy {
  /// Engines lose their supply between images; pays if the gap's leakage outweighs the wake-up. FMM and WM
  /// keep theirs: they hold the weights.
  bool engines_off_between_images;
  /// Operating point of engines and their memories, or POWER_POINT_AS_FOUND; a domain with fewer points takes
  /// its last one.
  uint32_t operating_point;
};

/// Leaves the domains at the points that the chip starts with; no domain has so many.
#define POWER_POINT_AS_FOUND 0xFFFFFFFEu

#endif
