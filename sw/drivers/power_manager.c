#include "sw/drivers/power_manager.h"

#include "kasane/boot_info.h"
#include "sw/drivers/registers.h"

static uint32_t group(uint32_t domain) {
  return KASANE_POWER_DOMAINS + domain * KASANE_POWER_STRIDE;
}

static bool gateable(const struct power_manager* power, uint32_t domain) {
  return domain < power->domains && (power->fixed >> domain & 1) == 0;
}

static void set_idle(const struct power_manager* power, uint32_t domain, uint32_t control) {
  if (!gateable(power, domain) || power->users[domain] != 0) return;
  register_fence();  // nothing of the last user is still under way
  register_write32(power->base, group(domain) + KASANE_DOMAIN_CONTROL, control);
}

bool power_probe(struct power_manager* power, uintptr_t base) {
  *power = (struct power_manager){.base = base};
  if (register_read32(base, KASANE_POWER_ID) != KASANE_POWER_MANAGER_ID_VALUE) return false;
  const uint32_t domains = register_read32(base, KASANE_POWER_DOMAIN_COUNT);
  power->domains = domains < POWER_MAX_DOMAINS ? domains : POWER_MAX_DOMAINS;
  return true;
}

void power_fix(struct power_manager* power, uint32_t domain) {
  if (domain < power->domains) power->fixed |= 1u << domain;
}

void power_unfix(struct power_manager* power, uint32_t domain) {
  if (domain < power->domains) power->fixed &= ~(1u << domain);
}

bool power_use(struct power_manager* power, uint32_t domain) {
  if (domain == KASANE_NO_DOMAIN) return true;
  if (domain >= power->domains) return false;
  if (power->users[domain]++ != 0 || !gateable(power, domain)) return true;
  register_write32(power->base, group(domain) + KASANE_DOMAIN_CONTROL,
                   KASANE_DOMAIN_CLOCK | KASANE_DOMAIN_POWER);
  for (;;) {
    const uint32_t status = register_read32(power->base, group(domain) + KASANE_DOMAIN_STATUS);
    if ((status & KASANE_DOMAIN_STATUS_FAULT) != 0) return false;
    if ((status & KASANE_DOMAIN_STATUS_READY) != 0) return true;
  }
}

bool power_set_point(const struct power_manager* power, uint32_t domain, uint32_t point) {
  if (domain == KASANE_NO_DOMAIN) return true;
  if (domain >= power->domains) return false;
  const uint32_t points = register_read32(power->base, group(domain) + KASANE_DOMAIN_POINT_COUNT);
  register_write32(power->base, group(domain) + KASANE_DOMAIN_POINT, point < points ? point : points - 1);
  return (register_read32(power->base, group(domain) + KASANE_DOMAIN_STATUS) & KASANE_DOMAIN_STATUS_FAULT) ==
         0;
}

void power_release(struct power_manager* power, uint32_t domain) {
  if (domain >= power->domains) return;
  power->users[domain]--;
  set_idle(power, domain, KASANE_DOMAIN_POWER);
}

void power_gate_clock(struct power_manager* power, uint32_t domain) {
  set_idle(power, domain, KASANE_DOMAIN_POWER);
}

void power_switch_off(struct power_manager* power, uint32_t domain) {
  set_idle(power, domain, 0);
}
