#include "platform/trace/recording/trace_layout.h"

#include <array>
#include <utility>

namespace kasane {
namespace {
constexpr std::size_t tracks_a_block = 3;
}

TraceLayout::TraceLayout(const EnergyAccount& account, std::vector<std::string> layer_names,
                         std::vector<std::string> source_names, BlockId processor)
    : ports(account.feed().ports()),
      levels(account.feed().levels()),
      workers(account.feed().workers()),
      layers(std::move(layer_names)),
      sources(std::move(source_names)),
      cpu(processor) {
  for (const BlockEntry& block : account.blocks()) blocks.push_back(block.name);
  for (const PowerDomainEntry& domain : account.feed().domains()) domains.push_back(domain.name);
}

const std::string& TraceLayout::layer_name(LayerId layer) const {
  static const std::string none;
  return layer < layers.size() ? layers[layer] : none;
}

TrackTable::TrackTable(const TraceLayout& layout) {
  const std::array<const char*, tracks_a_block> names{"jobs", "commands", "phases"};
  for (std::size_t block = 0; block < layout.blocks.size(); ++block) {
    for (const char* name : names) {
      const bool of_cpu = block == layout.cpu.index && std::string_view(name) == "commands";
      tracks_.push_back({layout.blocks[block], of_cpu ? "activity" : name});
    }
  }
}

std::size_t TrackTable::of_block(BlockId block, Track track) const {
  return block.index * tracks_a_block + static_cast<std::size_t>(track);
}

std::size_t TrackTable::named(const std::string& group, const std::string& name) {
  const auto [entry, fresh] = named_.emplace(std::pair(group, name), tracks_.size());
  if (fresh) tracks_.push_back({group, name});
  return entry->second;
}

}  // namespace kasane
