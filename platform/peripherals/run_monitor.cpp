#include "platform/peripherals/run_monitor.h"

#include <cctype>

#include "kasane/package.h"
#include "kasane/run_monitor.h"

namespace kasane {

RunMonitor::RunMonitor(sc_core::sc_module_name name, const RunMonitorConfig& config, EnergyAccount& account,
                       RunObserver& observer)
    : RegisterBlock(name, 4, std::nullopt), config_(config), account_(account), observer_(observer) {
  add_registers();
}

void RunMonitor::add_registers() {
  bank().add({"ID", KASANE_MONITOR_ID, Access::read_only, "which block", KASANE_RUN_MONITOR_ID_VALUE});
  add_event("EXIT", KASANE_MONITOR_EXIT, "ends the run with this code", &RunMonitor::exit);
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
  add_image_registers();
  add_region_registers();
}

void RunMonitor::add_event(const char* name, std::uint64_t offset, const char* description,
                           void (RunMonitor::*on_write)(std::uint32_t)) {
  bank().add({.name = name,
              .offset = offset,
              .access = Access::write_only,
              .description = description,
              .on_write = [this, on_write](std::uint32_t value) { (this->*on_write)(value); }});
}

void RunMonitor::add_image_registers() {
  add_event("OUTPUT", KASANE_MONITOR_OUTPUT, "next four bytes of the image's output tensor",
            &RunMonitor::append_output);
  add_event("IMAGE_BEGIN", KASANE_MONITOR_IMAGE_BEGIN, "index of the image that begins",
            &RunMonitor::begin_image);
  add_event("IMAGE_END", KASANE_MONITOR_IMAGE_END, "predicted class | label << 16", &RunMonitor::end_image);
  add_event("ENTROPY", KASANE_MONITOR_ENTROPY, "entropy at the image's next exit, nats x 2^24",
            &RunMonitor::append_entropy);
  add_event("IMAGE_EXIT", KASANE_MONITOR_IMAGE_EXIT, "exit by which the image leaves",
            &RunMonitor::leave_by_exit);
  bank().add({.name = "IMAGE",
              .offset = KASANE_MONITOR_IMAGE,
              .description = "the present image, of those in flight",
              .on_read =
                  [this] {
                    const ImageResult* present = images_.present();
                    return present == nullptr ? KASANE_NO_IMAGE : present->index;
                  },
              .on_write = [this](std::uint32_t index) { select_image(index); }});
}

void RunMonitor::add_region_registers() {
  bank().add({.name = "REGION",
              .offset = KASANE_MONITOR_REGION,
              .description = "measurement region whose name follows",
              .on_write = [this](std::uint32_t value) { select_region(value); }});
  add_event("REGION_NAME", KASANE_MONITOR_REGION_NAME, "next four bytes of its name",
            &RunMonitor::append_region_name);
  add_event("REGION_BEGIN", KASANE_MONITOR_REGION_BEGIN, "this region begins", &RunMonitor::begin_region);
  add_event("REGION_END", KASANE_MONITOR_REGION_END, "this region ends", &RunMonitor::end_region);
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
  if (images_.select(index)) return observer_.on_image_mistake();
  if (images_.is_full()) {
    observer_.on_image_mistake();
    observer_.on_image_forgotten(images_.forget_first());
  }
  images_.begin(index);
  observer_.on_image_begin(index);
}

void RunMonitor::select_image(std::uint32_t index) {
  if (!images_.select(index)) observer_.on_image_mistake();
}

ImageResult* RunMonitor::reported_image() {
  ImageResult* present = images_.present();
  if (present == nullptr) observer_.on_image_mistake();
  return present;
}

void RunMonitor::end_image(std::uint32_t result) {
  if (reported_image() == nullptr) return;
  ImageResult image = images_.end();
  image.predicted = static_cast<std::uint16_t>(result);
  image.label = static_cast<std::uint16_t>(result >> 16);
  observer_.on_image(image);
}

void RunMonitor::leave_by_exit(std::uint32_t exit) {
  ImageResult* image = reported_image();
  if (image == nullptr) return;
  if (exit >= KASANE_MAX_EXITS) return observer_.on_image_mistake();
  image->exit = exit;
}

void RunMonitor::append_entropy(std::uint32_t nats_q24) {
  ImageResult* image = reported_image();
  if (image == nullptr) return;
  if (image->entropies_q24.size() == KASANE_MAX_EXITS) return observer_.on_image_mistake();
  image->entropies_q24.push_back(nats_q24);
}

void RunMonitor::append_output(std::uint32_t word) {
  ImageResult* image = reported_image();
  if (image == nullptr) return;
  if (image->output.size() + sizeof(word) > config_.most_output_bytes) {
    image->output_truncated = true;
    return;
  }
  for (unsigned shift = 0; shift < 32; shift += 8) {
    image->output.push_back(static_cast<std::uint8_t>(word >> shift));
  }
}

}  // namespace kasane
