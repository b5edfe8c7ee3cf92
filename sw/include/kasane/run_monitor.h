/// The run monitor: how firmware tells the outside what it is doing. A debug block, as a chip's trace port
/// is; it computes nothing for the firmware.
#ifndef KASANE_RUN_MONITOR_H
#define KASANE_RUN_MONITOR_H

#include "kasane/base.h"

#define KASANE_RUN_MONITOR_ID_VALUE 0x4B534D4Fu

enum {
  KASANE_MONITOR_ID = 0x00,            ///< RO
  KASANE_MONITOR_EXIT = 0x04,          ///< WO: ends the run with this code; 0 is success
  KASANE_MONITOR_IMAGES_TOTAL = 0x08,  ///< RW: images the run will classify
  KASANE_MONITOR_LAYER = 0x0C,         ///< RW: layer being executed, or KASANE_NO_LAYER
  KASANE_MONITOR_OUTPUT = 0x10,        ///< WO: the next four bytes of the present image's output tensor
  KASANE_MONITOR_IMAGE_BEGIN = 0x14,   ///< WO: index of the image whose processing begins: the present one
  KASANE_MONITOR_IMAGE_END = 0x18,     ///< WO: predicted class | label << 16; the present image is done
  KASANE_MONITOR_REGION = 0x1C,        ///< RW: measurement region whose name follows; forgets the old name
  KASANE_MONITOR_REGION_NAME = 0x20,   ///< WO: the next four bytes of its name; zeros end it
  KASANE_MONITOR_REGION_BEGIN = 0x24,  ///< WO: this region begins; several may be open at once
  KASANE_MONITOR_REGION_END = 0x28,    ///< WO: this region ends
  KASANE_MONITOR_IMAGE =
      0x2C,  ///< RW: the present image, of those begun and not done: two at most; or KASANE_NO_IMAGE
  KASANE_MONITOR_ENTROPY =
      0x30,  ///< WO: entropy at the next exit that the present image reaches, nats x 2^24
  KASANE_MONITOR_IMAGE_EXIT =
      0x34,  ///< WO: the exit by which the present image leaves, from 0; 0 if not told
  KASANE_MONITOR_REGISTER_BYTES = 0x1000
};

#define KASANE_NO_IMAGE 0xFFFFFFFFu

enum {
  KASANE_REGIONS = 256,          ///< regions are 0 to 255; without a name they are called "region 7"
  KASANE_REGION_NAME_BYTES = 64  ///< more of a name is ignored
};

#endif
