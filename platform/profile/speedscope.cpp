/// speedscope's file format: frames shared by profiles of weighted stacks.
#include <boost/json.hpp>
#include <map>

#include "platform/profile/profile.h"

namespace kasane::profile {
namespace {

namespace json = boost::json;

class Frames {
 public:
  std::size_t index_of(const std::string& name) {
    const auto [entry, fresh] = index_.emplace(name, list_.size());
    if (fresh) list_.push_back(json::object{{"name", name}});
    return entry->second;
  }
  json::array take() { return std::move(list_); }

 private:
  json::array list_;
  std::map<std::string, std::size_t> index_;
};

json::object sampled(const Quantity& quantity, Frames& frames) {
  json::array samples;
  json::array weights;
  for (const Sample& sample : quantity.samples) {
    json::array stack;
    for (const std::string& frame : sample.stack) stack.emplace_back(frames.index_of(frame));
    samples.push_back(std::move(stack));
    weights.emplace_back(sample.value);
  }
  const std::string name = quantity.unit.empty() ? quantity.name : quantity.name + " (" + quantity.unit + ")";
  return {{"type", "sampled"},
          {"name", name},
          {"unit", "none"},
          {"startValue", 0},
          {"endValue", quantity.total()},
          {"samples", std::move(samples)},
          {"weights", std::move(weights)}};
}

}  // namespace

std::string speedscope_json(const Profile& profile, const std::string& name) {
  Frames frames;
  json::array profiles;
  for (const Quantity* quantity : {&profile.energy, &profile.cycles, &profile.instructions}) {
    profiles.push_back(sampled(*quantity, frames));
  }
  const json::object file{{"$schema", "https://www.speedscope.app/file-format-schema.json"},
                          {"exporter", "kasane"},
                          {"name", name},
                          {"activeProfileIndex", 0},
                          {"shared", json::object{{"frames", frames.take()}}},
                          {"profiles", std::move(profiles)}};
  return json::serialize(file) + '\n';
}

}  // namespace kasane::profile
