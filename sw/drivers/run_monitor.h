/// The run monitor: tells the outside where the software is. Writing to it computes nothing.
#ifndef KASANE_DRIVERS_RUN_MONITOR_H
#define KASANE_DRIVERS_RUN_MONITOR_H

#include "kasane/run_monitor.h"
#include "sw/drivers/registers.h"

struct run_monitor {
  uintptr_t base;
};

static inline void run_monitor_exit(const struct run_monitor* monitor, uint32_t code) {
  register_write32(monitor->base, KASANE_MONITOR_EXIT, code);
}

static inline void run_monitor_images_total(const struct run_monitor* monitor, uint32_t images) {
  register_write32(monitor->base, KASANE_MONITOR_IMAGES_TOTAL, images);
}

static inline void run_monitor_layer(const struct run_monitor* monitor, uint32_t layer) {
  register_write32(monitor->base, KASANE_MONITOR_LAYER, layer);
}

static inline void run_monitor_image_begin(const struct run_monitor* monitor, uint32_t image) {
  register_write32(monitor->base, KASANE_MONITOR_IMAGE_BEGIN, image);
}

static inline void run_monitor_output(const struct run_monitor* monitor, uint32_t word) {
  register_write32(monitor->base, KASANE_MONITOR_OUTPUT, word);
}

/// Selects the present image, of those begun and not done.
static inline void run_monitor_image(const struct run_monitor* monitor, uint32_t image) {
  register_write32(monitor->base, KASANE_MONITOR_IMAGE, image);
}

/// Of the present image, at the next exit that it reaches: nats x 2^24.
static inline void run_monitor_entropy(const struct run_monitor* monitor, uint32_t entropy_q24) {
  register_write32(monitor->base, KASANE_MONITOR_ENTROPY, entropy_q24);
}

static inline void run_monitor_image_exit(const struct run_monitor* monitor, uint32_t exit) {
  register_write32(monitor->base, KASANE_MONITOR_IMAGE_EXIT, exit);
}

static inline void run_monitor_image_end(const struct run_monitor* monitor, uint32_t predicted,
                                         uint32_t label) {
  register_write32(monitor->base, KASANE_MONITOR_IMAGE_END, predicted | label << 16);
}

/// Names a measurement region, 0 to KASANE_REGIONS - 1.
static inline void run_monitor_region_name(const struct run_monitor* monitor, uint32_t region,
                                           const char* name) {
  register_write32(monitor->base, KASANE_MONITOR_REGION, region);
  for (uint32_t word = 0, shift = 0;; ++name) {
    word |= (uint32_t)(uint8_t)*name << shift;
    shift += 8;
    if (shift == 32 || *name == 0) {
      register_write32(monitor->base, KASANE_MONITOR_REGION_NAME, word);
      word = shift = 0;
    }
    if (*name == 0) return;
  }
}

/// From here to the end time and energy are measured; regions may nest and overlap.
static inline void run_monitor_region_begin(const struct run_monitor* monitor, uint32_t region) {
  register_write32(monitor->base, KASANE_MONITOR_REGION_BEGIN, region);
}

static inline void run_monitor_region_end(const struct run_monitor* monitor, uint32_t region) {
  register_write32(monitor->base, KASANE_MONITOR_REGION_END, region);
}

#endif
