#include "models/neural_comp_unit/kept_kernels.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "models/common/planes.h"

namespace kasane::ncu {
namespace {

constexpr std::size_t entry_bytes = sizeof(kasane_kept_channel);

/// Takes one value from the front of `bytes`; nothing if they are too few.
template <typename Value>
std::optional<Value> take(std::span<const std::uint8_t>& bytes) {
  if (bytes.size() < sizeof(Value)) return std::nullopt;
  Value value;
  std::memcpy(&value, bytes.data(), sizeof(value));
  bytes = bytes.subspan(sizeof(value));
  return value;
}

bool valid(std::span<const kasane_kept_channel> list, std::uint32_t inputs, std::uint32_t outputs) {
  const std::uint32_t existing = outputs == 32 ? ~0u : (1u << outputs) - 1;
  std::int64_t previous = -1;
  for (const kasane_kept_channel& entry : list) {
    if (entry.reserved != 0 || entry.channel <= previous || entry.channel >= inputs) return false;
    if (entry.outputs == 0 || (entry.outputs & ~existing) != 0) return false;
    previous = entry.channel;
  }
  return true;
}

}  // namespace

std::uint32_t block_outputs(const kasane_ncu_residual& command, std::size_t block) {
  const std::uint64_t first = std::uint64_t{block} * command.kept_block;
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(command.kept_block, command.output_channels - first));
}

std::optional<KeptKernels> KeptKernels::decode(const kasane_ncu_residual& command,
                                               std::span<const std::uint8_t> lists) {
  KeptKernels kept;
  for (std::uint64_t first = 0; first < command.output_channels; first += command.kept_block) {
    const auto count = take<std::uint32_t>(lists);
    if (!count || *count > lists.size() / entry_bytes) return std::nullopt;
    const std::size_t begin = kept.entries.size();
    kept.entries.resize(begin + *count);
    const auto list = std::span(kept.entries).subspan(begin);
    if (!list.empty()) std::memcpy(list.data(), lists.data(), list.size_bytes());
    lists = lists.subspan(list.size_bytes());
    if (!valid(list, command.input_channels, block_outputs(command, kept.blocks.size()))) return std::nullopt;
    for (const kasane_kept_channel& entry : list) {
      kept.kernels += static_cast<std::uint64_t>(std::popcount(entry.outputs));
    }
    kept.blocks.push_back({static_cast<std::uint32_t>(begin), *count});
  }
  if (!lists.empty()) return std::nullopt;
  const std::uint64_t kernel = std::uint64_t{command.kernel_height} * command.kernel_width;
  if (!addressable(command.weight_address, kept.kernels * kernel)) return std::nullopt;
  return kept;
}

}  // namespace kasane::ncu
