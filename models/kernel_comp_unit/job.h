/// A command's jobs, as the correspondence table lists them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kasane/kernel_comp_units.h"
#include "models/kernel_comp_unit/config.h"

namespace kasane::kcu {

/// One unit convolves one input channel for some output maps.
struct Job {
  std::uint16_t unit = 0;
  std::uint16_t channel = 0;
  std::vector<kasane_kcu_target> targets;
};

/// KASANE_ERROR_NONE, or why no chip with these units and memories can execute the command. `sums_bytes` and
/// `table_bytes` are the memories' sizes; FMM answers for itself.
std::uint32_t check(const kasane_kcu_convolution& command, const KcuConfig& config, std::uint64_t sums_bytes,
                    std::uint64_t table_bytes);

/// Decodes the table of a command that check() accepts. Returns false if it is not what the command promises
/// or names units, channels or output maps that do not exist, or gains that do not fit.
bool decode(std::span<const std::uint8_t> table, const kasane_kcu_convolution& command,
            const KcuConfig& config, std::vector<Job>& jobs);

}  // namespace kasane::kcu
