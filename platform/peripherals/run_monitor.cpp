#include "platform/peripherals/run_monitor.h"

#include <cctype>

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
  add_region_registers();
}

void RunMonitor::add_region_registers() {
  const auto add = [this](const char* name, std::uint64_t offset, const char* description,
                          void (RunMonitor::*action)(std::uint32_t)) {
    bank().add({.name = name,
                .offset = offset,
                .access = Access::write_only,
                .description = description,
                .on_write = [this, action](std::uint32_t value) { (this->*action)(value); }});
  };
  bank().add({.name = "REGION",
              .offset = KASANE_MONITOR_REGION,
              .description = "measurement region whose name follows",
              .on_write = [this](std::uint32_t value) { select_region(value); }});
  add("REGION_NAME", KASANE_MONITOR_REGION_NAME, "next four bytes of its name",
      &RunMonitor::append_region_name);
  add("REGION_BEGIN", KASANE_MONITOR_REGION_BEGIN, "this region begins", &RunMonitor::begin_region);
  add("REGION_END", KASANE_MONITOR_REGION_END, "this region ends", &RunMonitor::end_region);
}

void RunMonitor::select_region(std::uint32_t region) {
  bank().at(KASANE_MONITOR_REGION).value = region;
  if (region < regions_.size()) {
    regions_[region].name.clear();
  } else {
    observer_.on_region_mistake();
  }
}

void RunMonitor::append_region_name(std::uint32_t word) {
  const std::uint32_t region = bank().at(KASANE_MONITOR_REGION).value;
  if (region >= regions_.size()) return;
  std::string& name = regions_[region].name;
  for (unsigned shift = 0; shift < 32 && name.size() < KASANE_REGION_NAME_BYTES; shift += 8) {
    const char character = static_cast<char>(word >> shift);
    if (character == 0) return;
    // Names go into text files: whatever does not print is shown as such.
    name += std::isprint(static_cast<unsigned char>(character)) != 0 ? character : '?';
  }
}

void RunMonitor::begin_region(std::uint32_t region) {
  if (region >= regions_.size() || regions_[region].open) return observer_.on_region_mistake();
  regions_[region].open = true;
  regions_[region].begin = sc_core::sc_time_stamp();
  observer_.on_region_begin(region);
}

void RunMonitor::end_region(std::uint32_t region) {
  if (region >= regions_.size() || !regions_[region].open) return observer_.on_region_mistake();
  regions_[region].open = false;
  const Interval when{regions_[region].begin, sc_core::sc_time_stamp()};
  const std::string name =
      regions_[region].name.empty() ? "region " + std::to_string(region) : regions_[region].name;
  account_.feed().tell([&](ActivityObserver& observer) { observer.on_region(name, when); });
  observer_.on_region_end(region, name, when);
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
