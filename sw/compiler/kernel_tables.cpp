#include "sw/compiler/kernel_tables.h"

#include <algorithm>
#include <map>

#include "kasane/kernel_comp_units.h"

namespace kasane::compiler {
namespace {

template <typename Record>
void append(std::vector<std::uint8_t>& bytes, const Record& record) {
  const auto* first = reinterpret_cast<const std::uint8_t*>(&record);
  bytes.insert(bytes.end(), first, first + sizeof(record));
}

}  // namespace

CorrespondenceTable correspondence_table(const ReplacedKernels& replaced, std::uint32_t inputs) {
  CorrespondenceTable table;
  const std::size_t outputs = replaced.units.size() / inputs;
  for (std::uint32_t input = 0; input < inputs; ++input) {
    std::map<std::int16_t, std::vector<kasane_kcu_target>> jobs;
    for (std::size_t output = 0; output < outputs; ++output) {
      const std::size_t kernel = output * inputs + input;
      if (replaced.units[kernel] < 0 || replaced.gains[kernel] == 0) continue;
      jobs[replaced.units[kernel]].push_back({static_cast<std::uint16_t>(output), replaced.gains[kernel]});
    }
    for (const auto& [unit, targets] : jobs) {
      append(table.bytes, kasane_kcu_job{.unit = static_cast<std::uint16_t>(unit),
                                         .channel = static_cast<std::uint16_t>(input),
                                         .targets = static_cast<std::uint16_t>(targets.size()),
                                         .reserved = 0});
      for (const kasane_kcu_target& target : targets) append(table.bytes, target);
      ++table.jobs;
    }
  }
  return table;
}

KeptKernels kept_kernels(const QuantizedLayer& layer, std::uint32_t inputs, std::uint32_t outputs,
                         std::uint32_t kept_block) {
  const std::size_t taps = layer.weights.size() / inputs / outputs;
  const auto weights_of = [&](std::size_t kernel) {
    return layer.weights.begin() + static_cast<std::ptrdiff_t>(kernel * taps);
  };
  const auto kept = [&](std::size_t kernel) {
    const auto first = weights_of(kernel);
    const bool zeros =
        std::all_of(first, first + static_cast<std::ptrdiff_t>(taps), [](auto w) { return w == 0; });
    return !zeros && (!layer.replaced || layer.replaced->units[kernel] < 0);
  };
  KeptKernels result;
  for (std::uint32_t block = 0; block < outputs; block += kept_block) {
    const std::uint32_t size = std::min(kept_block, outputs - block);
    std::vector<kasane_kept_channel> entries;
    for (std::uint32_t input = 0; input < inputs; ++input) {
      kasane_kept_channel entry{.channel = static_cast<std::uint16_t>(input), .reserved = 0, .outputs = 0};
      for (std::uint32_t lane = 0; lane < size; ++lane) {
        const std::size_t kernel = std::size_t{block + lane} * inputs + input;
        if (!kept(kernel)) continue;
        entry.outputs |= 1u << lane;
        result.weights.insert(result.weights.end(), weights_of(kernel),
                              weights_of(kernel) + static_cast<std::ptrdiff_t>(taps));
      }
      if (entry.outputs != 0) entries.push_back(entry);
    }
    append(result.lists, static_cast<std::uint32_t>(entries.size()));
    for (const kasane_kept_channel& entry : entries) append(result.lists, entry);
  }
  return result;
}

}  // namespace kasane::compiler
