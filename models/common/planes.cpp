#include "models/common/planes.h"

namespace kasane {
namespace {
constexpr std::uint64_t address_space = std::uint64_t{1} << 32;
}

bool addressable(std::uint64_t address, std::uint64_t bytes) {
  return bytes <= address_space && address <= address_space - bytes;
}

bool valid(const Planes& planes) {
  if (planes.channels == 0 || planes.height == 0 || planes.width == 0) return false;
  const std::uint64_t rows_before = planes.height - 1u;
  const std::uint64_t channels_before = planes.channels - 1u;
  if (rows_before > 0 && planes.row_pitch < planes.width) return false;
  const std::uint64_t plane = rows_before * planes.row_pitch + planes.width;  // < 2^64: (2^32-1)^2 + 2^32
  if (channels_before > 0 && planes.channel_pitch < plane) return false;
  const std::uint64_t planes_before = channels_before * planes.channel_pitch;
  return plane <= address_space && planes_before <= address_space &&
         addressable(planes.address, planes_before + plane);
}

void bursts_of(const Planes& planes, const Box& box, std::vector<Burst>& bursts) {
  bursts.clear();
  if (box.elements() == 0) return;
  const bool rows_merge = box.rows == 1 || box.columns == planes.row_pitch;
  const std::uint32_t run = rows_merge ? box.rows * box.columns : box.columns;
  const std::uint32_t runs = rows_merge ? 1 : box.rows;
  const bool channels_merge = rows_merge && (box.channels == 1 || run == planes.channel_pitch);
  std::uint32_t offset = 0;
  for (std::uint32_t channel = 0; channel < (channels_merge ? 1 : box.channels); ++channel) {
    for (std::uint32_t row = 0; row < runs; ++row) {
      const std::uint32_t address = planes.address + (box.channel + channel) * planes.channel_pitch +
                                    (box.row + row) * planes.row_pitch + box.column;
      const std::uint32_t bytes = channels_merge ? run * box.channels : run;
      bursts.push_back({address, offset, bytes});
      offset += bytes;
    }
  }
}

}  // namespace kasane
