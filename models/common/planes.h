/// A feature map in a memory: planes of rows of bytes, and the bursts that fetch a box of it.
#pragma once

#include <cstdint>
#include <vector>

namespace kasane {

/// Element (c, y, x) is the byte at address + c * channel_pitch + y * row_pitch + x.
struct Planes {
  std::uint32_t address = 0;
  std::uint32_t channels = 0;
  std::uint32_t height = 0;
  std::uint32_t width = 0;
  std::uint32_t channel_pitch = 0;
  std::uint32_t row_pitch = 0;
};

/// One contiguous transfer between a memory and a staging buffer.
struct Burst {
  std::uint32_t address = 0;  ///< in the memory
  std::uint32_t offset = 0;   ///< in the staging buffer
  std::uint32_t bytes = 0;
};

/// A part of a feature map: channels × rows × columns.
struct Box {
  std::uint32_t channel = 0;
  std::uint32_t channels = 0;
  std::uint32_t row = 0;
  std::uint32_t rows = 0;
  std::uint32_t column = 0;
  std::uint32_t columns = 0;
  std::uint64_t elements() const { return std::uint64_t{channels} * rows * columns; }
};

/// True if no size is 0, no two elements share a byte and all lie below 2^32.
bool valid(const Planes& planes);

/// True if `bytes` from `address` lie below 2^32.
bool addressable(std::uint64_t address, std::uint64_t bytes);

/// Replaces `bursts` by those that move `box`, in rising order of the staging offset, where the box lies
/// dense (channel, row, column). Rows and channels that follow each other in the memory share a burst.
/// Precondition: the box lies within valid planes.
void bursts_of(const Planes& planes, const Box& box, std::vector<Burst>& bursts);

}  // namespace kasane
