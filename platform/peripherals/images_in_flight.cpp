#include "platform/peripherals/images_in_flight.h"

#include <utility>

namespace kasane {

std::uint32_t ImagesInFlight::forget_first() {
  present_.reset();
  const std::size_t first = slots_[0]->begin <= slots_[1]->begin ? 0 : 1;
  return std::exchange(slots_[first], std::nullopt)->index;
}

void ImagesInFlight::begin(std::uint32_t index) {
  const std::size_t slot = slots_[0] ? 1 : 0;
  slots_[slot] = ImageResult{.index = index, .begin = sc_core::sc_time_stamp(), .slot = slot};
  present_ = slot;
}

bool ImagesInFlight::select(std::uint32_t index) {
  present_.reset();
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot] && slots_[slot]->index == index) present_ = slot;
  }
  return present_.has_value();
}

ImageResult ImagesInFlight::end() {
  const std::size_t ended = *std::exchange(present_, std::nullopt);
  ImageResult image = *std::exchange(slots_[ended], std::nullopt);
  image.end = sc_core::sc_time_stamp();
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot]) present_ = slot;
  }
  return image;
}

}  // namespace kasane
