#include "platform/peripherals/run_monitor.h"

#include "kasane/run_monitor.h"

namespace kasane {

RunMonitor::RunMonitor(sc_core::sc_module_name name, const RunMonitorConfig& config, EnergyAccount& account,
                       RunObserver& observer)
    : RegisterBlock(name, 4, std::nullopt), config_(config), account_(account), observer_(observer) {
  add_registers();
}

void RunMonitor::add_registers() {
  bank().add({"ID", KASANE_MONITOR_ID, Access::read_only, "which block", KASANE_RUN_MONITOR_ID_VALUE});
  bank().add({.name = "EXIT",
              .offset = KASANE_MONITOR_EXIT,
              .access = Access::write_only,
              .description = "ends the run with this code",
              .on_write = [this](std::uint32_t value) { exit(value); }});
  bank().add({.name = "IMAGES_TOTAL",
              .offset = KASANE_MONITOR_IMAGES_TOTAL,
              .description = "images the run will classify",
              .on_write = [this](std::uint32_t value) {
                bank().at(KASANE_MONITOR_IMAGES_TOTAL).value = value;
                observer_.on_images_total(value);
              }});
  bank().add({.name = "LAYER",
              .offset = KASANE_MONITOR_LAYER,
              .description = "layer being executed",
              .value = no_layer,
              .on_write = [this](std::uint32_t value) { enter_layer(value); }});
  bank().add({.name = "OUTPUT",
              .offset = KASANE_MONITOR_OUTPUT,
              .access = Access::write_only,
              .description = "next four bytes of the image's output tensor",
              .on_write = [this](std::uint32_t value) { append_output(value); }});
  bank().add({.name = "IMAGE_BEGIN",
              .offset = KASANE_MONITOR_IMAGE_BEGIN,
              .access = Access::write_only,
              .description = "index of the image that begins",
              .on_write = [this](std::uint32_t value) { begin_image(value); }});
  bank().add({.name = "IMAGE_END",
              .offset = KASANE_MONITOR_IMAGE_END,
              .access = Access::write_only,
              .description = "predicted class | label << 16",
              .on_write = [this](std::uint32_t value) { end_image(value); }});
}

void RunMonitor::exit(std::uint32_t code) {
  if (exited_) return;  // the hart may run on to the end of its delta cycle; the first word counts
  exited_ = true;
  observer_.on_exit(code);
  sc_core::sc_stop();
}

void RunMonitor::enter_layer(std::uint32_t layer) {
  const auto id = static_cast<LayerId>(layer);
  bank().at(KASANE_MONITOR_LAYER).value = id;
  account_.enter_layer(id);
}

void RunMonitor::begin_image(std::uint32_t index) {
  image_ = {.index = index, .begin = sc_core::sc_time_stamp()};
  in_image_ = true;
  observer_.on_image_begin(index);
}

void RunMonitor::end_image(std::uint32_t result) {
  if (!in_image_) return;
  in_image_ = false;
  image_.predicted = static_cast<std::uint16_t>(result);
  image_.label = static_cast<std::uint16_t>(result >> 16);
  image_.end = sc_core::sc_time_stamp();
  observer_.on_image(image_);
}

void RunMonitor::append_output(std::uint32_t word) {
  if (!in_image_) return;
  if (image_.output.size() + sizeof(word) > config_.most_output_bytes) {
    image_.output_truncated = true;
    return;
  }
  for (unsigned shift = 0; shift < 32; shift += 8) {
    image_.output.push_back(static_cast<std::uint8_t>(word >> shift));
  }
}

}  // namespace kasane
