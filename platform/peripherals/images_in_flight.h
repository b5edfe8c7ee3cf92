/// The images that firmware has begun and not yet ended, as it tells the run monitor.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <systemc>

namespace kasane {

/// One classified image, as firmware reported it.
struct ImageResult {
  std::uint32_t index = 0;
  std::uint16_t predicted = 0;
  std::uint16_t label = 0;
  sc_core::sc_time begin;
  sc_core::sc_time end;
  std::vector<std::uint8_t> output;          ///< output tensor, as many whole words as firmware wrote
  bool output_truncated = false;             ///< firmware wrote more than RunMonitorConfig allows
  std::uint32_t exit = 0;                    ///< by which it left the network, from 0
  std::vector<std::uint32_t> entropies_q24;  ///< at the exits that it reached, nats x 2^24
  std::size_t slot = 0;                      ///< while in flight: no other image had the same one
};

/// Two at most; one of them may be the present one, which all that firmware reports is about.
class ImagesInFlight {
 public:
  static constexpr std::size_t most = 2;

  bool is_full() const { return slots_[0] && slots_[1]; }
  /// Of two images in flight, the one that began first is so no more; returns its index. None is present.
  std::uint32_t forget_first();
  /// The image becomes the present one, beginning now. It must not be in flight, nor may two others be.
  void begin(std::uint32_t index);
  /// False, and none is present, where no image of this index is in flight.
  bool select(std::uint32_t index);
  /// Null: none.
  ImageResult* present() { return present_ ? &*slots_[*present_] : nullptr; }
  /// The present image is in flight no more; the other one becomes the present one, where there is one.
  /// There must be a present one.
  ImageResult end();

 private:
  std::array<std::optional<ImageResult>, most> slots_;
  std::optional<std::size_t> present_;
};

}  // namespace kasane
