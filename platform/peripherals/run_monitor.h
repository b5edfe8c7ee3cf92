/// How firmware tells the outside what it is doing; a debug block. See kasane/run_monitor.h.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "kasane/run_monitor.h"
#include "platform/peripherals/images_in_flight.h"
#include "platform/peripherals/register_block.h"

namespace kasane {

class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void on_images_total(std::uint32_t images) = 0;
  virtual void on_image_begin(std::uint32_t index) = 0;
  virtual void on_image(const ImageResult& image) = 0;
  /// Of one image too many: before it begins, the one that began first is in flight no more, and never ends.
  virtual void on_image_forgotten(std::uint32_t index) = 0;
  /// Firmware reported something of an image that is not in flight, or that no image can have, or began an
  /// image twice or too many at once.
  virtual void on_image_mistake() = 0;
  virtual void on_region_begin(std::uint32_t region) = 0;
  virtual void on_region_end(std::uint32_t region, const std::string& name, const Interval& when) = 0;
  /// Firmware began an open region, ended one that is not open, or named one that does not exist.
  virtual void on_region_mistake() = 0;
  virtual void on_exit(std::uint32_t code) = 0;
};

struct RunMonitorConfig {
  std::uint64_t most_output_bytes = 1 << 20;  ///< kept of one image's output
};

/// No part of the product: it has no area, its accesses cost nothing, and it is never gated. Writing EXIT
/// stops the simulation. What is reported while no image is present is ignored, and told as a mistake.
class RunMonitor : public RegisterBlock {
 public:
  RunMonitor(sc_core::sc_module_name name, const RunMonitorConfig& config, EnergyAccount& account,
             RunObserver& observer);

 private:
  void add_registers();
  /// A write-only register: what is written there goes to on_write.
  void add_event(const char* name, std::uint64_t offset, const char* description,
                 void (RunMonitor::*on_write)(std::uint32_t));
  void exit(std::uint32_t code);
  void enter_layer(std::uint32_t layer);
  void add_image_registers();
  void begin_image(std::uint32_t index);
  void select_image(std::uint32_t index);
  void end_image(std::uint32_t result);
  void leave_by_exit(std::uint32_t exit);
  void append_output(std::uint32_t word);
  void append_entropy(std::uint32_t nats_q24);
  /// The image that a report is about; null, and a mistake, where there is none.
  ImageResult* reported_image();
  void add_region_registers();
  void select_region(std::uint32_t region);
  void append_region_name(std::uint32_t word);
  void begin_region(std::uint32_t region);
  void end_region(std::uint32_t region);

  struct Region {
    std::string name;
    bool open = false;
    sc_core::sc_time begin;
  };

  RunMonitorConfig config_;
  EnergyAccount& account_;
  RunObserver& observer_;
  ImagesInFlight images_;
  bool exited_ = false;
  std::array<Region, KASANE_REGIONS> regions_;
};

}  // namespace kasane
