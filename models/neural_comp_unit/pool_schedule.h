/// Slots of maximum and average pooling.
#pragma once

#include <optional>

#include "models/neural_comp_unit/schedule.h"
#include "models/neural_comp_unit/tiling.h"

namespace kasane::ncu {

/// Elements of the input that a window at output position `at` covers: [begin, end).
struct WindowRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t length() const { return end - begin; }
};
WindowRange window_range(std::uint32_t at, std::uint32_t stride, std::uint32_t pad, std::uint32_t kernel,
                         std::uint32_t size);

/// How pooling is cut to fit the buffers; nothing if one window of one channel does not fit the input buffer.
struct PoolTiling {
  TileShape tile;
  std::uint32_t channels = 0;
  static std::optional<PoolTiling> of(const kasane_ncu_pool& command, const NcuConfig& config);
};

/// Order, outermost first: pixel tile, channels. Elements outside the input cost nothing.
class PoolSchedule : public SlotSource {
 public:
  PoolSchedule(const kasane_ncu_pool& command, const NcuConfig& config);
  bool next(Slot& slot) override;

 private:
  void place(Slot& slot);
  void count(Slot& slot) const;
  void advance();

  kasane_ncu_pool command_;
  NcuConfig config_;
  bool average_;
  PoolTiling tiling_;
  Planes input_;
  Planes output_;
  std::uint32_t row_ = 0;
  std::uint32_t column_ = 0;
  std::uint32_t channel_ = 0;
  std::uint32_t half_ = 1;
  bool parameters_loaded_ = false;
};

}  // namespace kasane::ncu
