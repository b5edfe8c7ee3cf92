/// Commands of the DMA engine: copies of up to three dimensions between any two places of the bus.
#ifndef KASANE_DMA_H
#define KASANE_DMA_H

#include "kasane/engine.h"

enum { KASANE_DMA_COPY = 0x0001 };

/// for plane, row: copies row_bytes from source + plane * source_plane_pitch + row * source_row_pitch
/// to destination + plane * destination_plane_pitch + row * destination_row_pitch.
/// In a network package the addresses are offsets into the two spaces (package.h); the runtime adds the bases
/// and clears the spaces. The engine refuses a record whose spaces are not KASANE_SPACE_ABSOLUTE.
struct kasane_dma_copy {
  struct kasane_command_header header;
  uint64_t source;
  uint64_t destination;
  uint32_t row_bytes;
  uint32_t rows;
  uint32_t planes;
  uint32_t source_row_pitch;
  uint32_t source_plane_pitch;
  uint32_t destination_row_pitch;
  uint32_t destination_plane_pitch;
  uint8_t source_space;       ///< KASANE_SPACE_*
  uint8_t destination_space;  ///< KASANE_SPACE_*
  uint8_t reserved[74];       ///< zero
};
KASANE_OFFSET(struct kasane_dma_copy, source, 8);
KASANE_SIZE(struct kasane_dma_copy, KASANE_COMMAND_BYTES);

#endif
