/// What must hold of waves.vcd.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "platform/check/findings.h"
#include "platform/check/ledger.h"

namespace kasane::checks {

/// Returns when power ends; nothing where the file cannot be read to its end or has no power.
std::optional<std::int64_t> check_vcd(const std::filesystem::path& path, const Ledger* ledger,
                                      Findings& findings);

}  // namespace kasane::checks
