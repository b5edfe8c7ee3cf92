/// Where the feature maps of commands lie in FMM, for engines that want each element at a place of its own.
#ifndef KASANE_RUNTIME_FEATURE_MAP_RANGES_H
#define KASANE_RUNTIME_FEATURE_MAP_RANGES_H

#include "sw/runtime/command_ranges.h"

struct feature_map {
  uint32_t address;
  uint32_t planes;
  uint32_t plane_pitch;
  uint32_t height;
  uint32_t row_pitch;
  uint32_t width;
};

static inline bool map_fits(const struct feature_map* map, uint64_t fmm) {
  return block_fits(map->address, map->planes, map->height, map->width, map->plane_pitch, map->row_pitch,
                    fmm);
}

/// The functions below expect a map that fits.
static inline uint64_t plane_bytes(const struct feature_map* map) {
  return (uint64_t)(map->height - 1) * map->row_pitch + map->width;
}

static inline bool map_overlaps_itself(const struct feature_map* map) {
  return (map->height > 1 && map->row_pitch < map->width) ||
         (map->planes > 1 && map->plane_pitch < plane_bytes(map));
}

/// The first byte behind it.
static inline uint64_t map_end(const struct feature_map* map) {
  return map->address + (uint64_t)(map->planes - 1) * map->plane_pitch + plane_bytes(map);
}

static inline bool maps_overlap(const struct feature_map* a, const struct feature_map* b) {
  return map_end(a) > b->address && map_end(b) > a->address;
}

#endif
