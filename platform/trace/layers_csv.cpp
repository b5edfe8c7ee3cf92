#include "platform/trace/layers_csv.h"

#include <utility>

#include "models/common/seconds.h"
#include "platform/trace/number_text.h"

namespace kasane {
namespace {

/// As RFC 4180 has it: layer names come from the network's file and may hold anything.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char character : text) {
    if (character == '"') result += '"';
    result += character;
  }
  return result + '"';
}

}  // namespace

LayersCsv::LayersCsv(const std::filesystem::path& path, std::vector<std::string> layers)
    : file_(path), layers_(std::move(layers)) {
  file_.write("start_seconds,duration_seconds,layer\n");
}

void LayersCsv::on_layer(LayerId layer, sc_core::sc_time at) {
  end_stay(at);
  layer_ = layer;
  since_ = at;
}

void LayersCsv::end_stay(sc_core::sc_time at) {
  if (layer_ >= layers_.size() || at == since_) return;
  std::string line;
  append_number(line, seconds_of(since_));
  line += ',';
  append_number(line, seconds_of(at - since_));
  line += ',' + csv_field(layers_[layer_]) + '\n';
  file_.write(line);
  file_.flush_if_due();
}

void LayersCsv::finish() {
  end_stay(sc_core::sc_time_stamp());
  layer_ = no_layer;
  file_.close();
}

}  // namespace kasane
