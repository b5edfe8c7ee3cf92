/// What the boot ROM hands to firmware in register a1: where everything is. A small device tree.
#ifndef KASANE_BOOT_INFO_H
#define KASANE_BOOT_INFO_H

#include "kasane/base.h"

#define KASANE_BOOT_INFO_MAGIC 0x4942534Bu  // "KSBI"
#define KASANE_BOOT_INFO_VERSION 2u

enum {
  KASANE_DEVICE_BOOT_ROM = 1,
  KASANE_DEVICE_RAM = 2,   ///< on-chip, where firmware runs
  KASANE_DEVICE_DRAM = 3,  ///< external
  KASANE_DEVICE_UART = 4,  ///< 16550 compatible
  KASANE_DEVICE_CLINT = 5,
  KASANE_DEVICE_PLIC = 6,
  KASANE_DEVICE_DMA = 7,
  KASANE_DEVICE_POWER_MANAGER = 8,
  KASANE_DEVICE_RUN_MONITOR = 9,
  KASANE_DEVICE_FMM = 10,
  KASANE_DEVICE_WM = 11,
  KASANE_DEVICE_NCU = 12,
  KASANE_DEVICE_KCU = 13,    ///< the dispatcher of the Kernel Comp Units
  KASANE_DEVICE_SUMS = 14,   ///< partial sum memory
  KASANE_DEVICE_TABLE = 15,  ///< correspondence table memory
  KASANE_DEVICE_TEST_FINISHER = 16,
  KASANE_DEVICE_CARTESIAN = 17,  ///< the Cartesian-product array
  KASANE_DEVICE_HIDDENITE = 18,  ///< the hidden-network engine
  KASANE_DEVICE_EXIT_UNIT = 19,  ///< entropy of softmax, beside the NCU
};

#define KASANE_NO_INTERRUPT 0u
#define KASANE_NO_DOMAIN 0xFFFFFFFFu

struct kasane_device {
  uint32_t kind;       ///< KASANE_DEVICE_*
  uint32_t interrupt;  ///< PLIC source, or KASANE_NO_INTERRUPT
  uint64_t base;
  uint64_t bytes;
  uint32_t power_domain;  ///< index in the power manager, or KASANE_NO_DOMAIN
  uint32_t reserved;
};
KASANE_SIZE(struct kasane_device, 32);

enum {
  KASANE_BOOT_OVERLAP = 1u << 0,  ///< engines begin an image while the CPU finishes the one before
};

enum { KASANE_BOOT_THRESHOLDS = 7 };

/// Followed by device_count kasane_device records.
struct kasane_boot_info {
  uint32_t magic;
  uint32_t version;
  uint64_t timebase_hertz;   ///< of CLINT's mtime
  uint64_t package_address;  ///< network package (package.h), 64-byte aligned; 0 if the run has none
  uint64_t package_bytes;
  uint64_t dataset_address;  ///< data set (dataset.h), 64-byte aligned; 0 if the run has none
  uint64_t dataset_bytes;
  uint64_t scratch_address;  ///< external memory free for use, 64-byte aligned
  uint64_t scratch_bytes;
  uint32_t images;        ///< how many of the data set's images to process
  uint32_t device_count;  ///< records that follow
  uint32_t flags;         ///< KASANE_BOOT_*
  /// An image leaves at an exit but the last if the entropy of softmax there is below this: nats x 2^24.
  uint32_t exit_thresholds_q24[KASANE_BOOT_THRESHOLDS];
};
KASANE_SIZE(struct kasane_boot_info, 104);

#endif
