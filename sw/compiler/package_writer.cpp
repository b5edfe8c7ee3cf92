#include "sw/compiler/package_writer.h"

#include <boost/crc.hpp>
#include <limits>
#include <map>

#include "sw/compiler/graph.h"

namespace kasane::compiler {
namespace {

constexpr std::uint64_t align(std::uint64_t offset) {
  return (offset + 63) / 64 * 64;
}

/// Zero-terminated strings, each once.
class StringTable {
 public:
  std::uint32_t add(const std::string& text) {
    const auto [entry, is_new] = offsets_.try_emplace(text, static_cast<std::uint32_t>(bytes_.size()));
    if (is_new) bytes_.insert(bytes_.end(), text.c_str(), text.c_str() + text.size() + 1);
    return entry->second;
  }
  const std::vector<char>& bytes() const { return bytes_; }

 private:
  std::map<std::string, std::uint32_t> offsets_;
  std::vector<char> bytes_;
};

template <typename Record>
void place(std::vector<std::uint8_t>& package, std::uint64_t offset, const std::vector<Record>& records) {
  if (!records.empty()) std::memcpy(package.data() + offset, records.data(), records.size() * sizeof(Record));
}

}  // namespace

std::uint64_t data_offset(const PackageContents& contents) {
  std::uint64_t offset = align(sizeof(kasane_package_header));
  offset = align(offset + contents.layers.size() * sizeof(kasane_layer));
  offset = align(offset + contents.steps.size() * sizeof(kasane_step));
  offset = align(offset + contents.exits.size() * sizeof(kasane_exit));
  return align(offset + contents.commands.size() * KASANE_COMMAND_BYTES);
}

std::vector<std::uint8_t> write_package(const PackageContents& contents) {
  StringTable strings;
  kasane_package_header header{};
  header.name_offset = strings.add(contents.name);
  std::vector<kasane_layer> layers;
  for (const LayerRow& row : contents.layers) {
    layers.push_back(row.record);
    layers.back().name_offset = strings.add(row.name);
    layers.back().operator_offset = strings.add(row.operators);
  }
  std::vector<kasane_exit> exits;
  for (const ExitRow& row : contents.exits) {
    exits.push_back(row.record);
    exits.back().name_offset = strings.add(row.name);
  }
  const std::uint64_t layers_at = align(sizeof(header));
  const std::uint64_t steps_at = align(layers_at + layers.size() * sizeof(kasane_layer));
  const std::uint64_t exits_at = align(steps_at + contents.steps.size() * sizeof(kasane_step));
  const std::uint64_t commands_at = align(exits_at + exits.size() * sizeof(kasane_exit));
  const std::uint64_t data_at = data_offset(contents);
  const std::uint64_t strings_at = align(data_at + contents.data.size());
  const std::uint64_t total = align(strings_at + strings.bytes().size());
  if (total > std::numeric_limits<std::uint32_t>::max())
    throw CompileError("network '" + contents.name + "' needs a package of " + std::to_string(total) +
                       " bytes, expected less than 4 GiB");
  const auto u32 = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
  header.magic = KASANE_PACKAGE_MAGIC;
  header.version = KASANE_PACKAGE_VERSION;
  header.total_bytes = u32(total);
  header.layers_offset = u32(layers_at);
  header.layer_count = u32(layers.size());
  header.steps_offset = u32(steps_at);
  header.setup_step_count = contents.setup_steps;
  header.step_count = u32(contents.steps.size());
  header.exits_offset = u32(exits_at);
  header.exit_count = u32(exits.size());
  header.commands_offset = u32(commands_at);
  header.command_count = u32(contents.commands.size());
  header.data_offset = u32(data_at);
  header.data_bytes = u32(contents.data.size());
  header.strings_offset = u32(strings_at);
  header.strings_bytes = u32(strings.bytes().size());
  header.fmm_bytes = contents.fmm_bytes;
  header.wm_bytes = contents.wm_bytes;
  header.scratch_bytes = contents.scratch_bytes;
  header.outputs_bytes = contents.outputs_bytes;
  header.cpu_maps_bytes = contents.cpu_maps_bytes;
  header.cpu_weights_bytes = contents.cpu_weights_bytes;
  header.sums_bytes = contents.sums_bytes;
  header.table_bytes = contents.table_bytes;
  header.kcu_design = contents.kcu_design;
  header.array_columns = contents.array_columns;
  header.hiddenite_outputs = contents.hiddenite_outputs;
  header.input = contents.input;
  header.output = contents.output;

  std::vector<std::uint8_t> package(total);
  std::memcpy(package.data(), &header, sizeof(header));
  place(package, layers_at, layers);
  place(package, steps_at, contents.steps);
  place(package, exits_at, exits);
  place(package, commands_at, contents.commands);
  place(package, data_at, contents.data);
  place(package, strings_at, strings.bytes());
  boost::crc_32_type crc;
  crc.process_bytes(package.data(), package.size());
  header.crc32 = crc.checksum();
  std::memcpy(package.data(), &header, sizeof(header));
  return package;
}

}  // namespace kasane::compiler
