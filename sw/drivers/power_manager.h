/// Power manager: who uses a domain counts itself in and out; the clock runs while anybody does.
#ifndef KASANE_DRIVERS_POWER_MANAGER_H
#define KASANE_DRIVERS_POWER_MANAGER_H

#include <stdbool.h>
#include <stdint.h>

#include "kasane/power_manager.h"

enum { POWER_MAX_DOMAINS = 32 };

/// A set of domains; KASANE_NO_DOMAIN has none.
static inline uint32_t power_domain_bit(uint32_t domain) {
  return domain < POWER_MAX_DOMAINS ? 1u << domain : 0;
}

struct power_manager {
  uintptr_t base;
  uint32_t domains;  ///< that exist, at most POWER_MAX_DOMAINS
  uint32_t fixed;    ///< bit per domain never to be gated, as others live there
  uint8_t users[POWER_MAX_DOMAINS];
};

/// Checks the block's identity and reads how many domains there are. Gates nothing yet.
bool power_probe(struct power_manager* power, uintptr_t base);

/// Keeps a domain running for good.
void power_fix(struct power_manager* power, uint32_t domain);

/// Takes power_fix back: the domain is gated again once nobody uses it. For the caller who uses it already.
void power_unfix(struct power_manager* power, uint32_t domain);

/// First user: powers and clocks the domain and waits until it is ready. False if the domain does not exist
/// or refuses. KASANE_NO_DOMAIN is always ready.
bool power_use(struct power_manager* power, uint32_t domain);

/// Runs a domain at an operating point, or at its last one where it has fewer. False if it refuses.
/// KASANE_NO_DOMAIN has none to choose.
bool power_set_point(const struct power_manager* power, uint32_t domain, uint32_t point);

/// Last user: gates the clock; contents stay. Only after a matching power_use.
void power_release(struct power_manager* power, uint32_t domain);

/// Gates the clock of a domain that nobody uses: how an unused domain is put to sleep at start.
void power_gate_clock(struct power_manager* power, uint32_t domain);

/// Switches off a domain that nobody uses; its contents are lost. power_use switches it on again.
void power_switch_off(struct power_manager* power, uint32_t domain);

/// From now on a user of several domains uses exactly these: one bit each. *held is what it used so far; what
/// both have in common keeps running. False as with power_use. Inline, as every step of a network asks for
/// it.
static inline bool power_use_exactly(struct power_manager* power, uint32_t* held, uint32_t domains) {
  for (uint32_t d = 0; d < POWER_MAX_DOMAINS; ++d) {
    if ((domains & ~*held & power_domain_bit(d)) == 0) continue;
    if (!power_use(power, d)) return false;
    *held |= power_domain_bit(d);
  }
  for (uint32_t d = 0; d < POWER_MAX_DOMAINS; ++d) {
    if ((*held & ~domains & power_domain_bit(d)) == 0) continue;
    power_release(power, d);
    *held &= ~power_domain_bit(d);
  }
  return true;
}

#endif
