/// Measures what images take: each one by itself, and all together without counting twice what images that
/// overlap share.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "models/common/energy_account.h"

namespace kasane {

class ImageMeter {
 public:
  /// The account outlives the meter.
  void attach(EnergyAccount& account) { account_ = &account; }

  void begin(std::uint32_t image);
  /// The image, which has begun, will not end.
  void forget(std::uint32_t image) { begins_.erase(image); }
  /// Of an image that has begun; returns the joules that the whole chip spent since then.
  double end(std::uint32_t image);

  /// While at least one image was in flight, up to the last end: of images that do not overlap, the sum over
  /// them.
  double seconds() const { return seconds_; }
  /// In this time, by block.
  const std::vector<Energy>& energy() const { return energy_; }
  /// Whether ever two images were in flight.
  bool overlapped() const { return overlapped_; }

 private:
  struct Moment {
    sc_core::sc_time at;
    std::vector<Energy> energy;  ///< spent up to then, by block
  };
  Moment now();

  EnergyAccount* account_ = nullptr;
  std::map<std::uint32_t, Moment> begins_;  ///< of the images in flight
  Moment counted_;                          ///< up to where time and energy are in the sums
  double seconds_ = 0;
  std::vector<Energy> energy_;
  bool overlapped_ = false;
};

}  // namespace kasane
