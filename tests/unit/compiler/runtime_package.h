/// A compiled package in the hands of the chip's runtime, executed in software on the host.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tests/unit/software/small_package.h"

namespace kasane::compiler::test {

/// What the runtime finds wrong with a package; null if nothing.
const char* runtime_check(AlignedBytes& package);

/// The outputs of all exits, one after the other, of a package that passed the check, for one image that
/// stays to the last one; empty if memory is short.
std::vector<std::uint8_t> run_on_runtime(AlignedBytes& package, std::span<const std::uint8_t> pixels,
                                         std::uint32_t& error);

/// The runtime computes what the references compute, at every exit, on ten random images.
void expect_runtime_computes_as_references(const std::vector<std::uint8_t>& package);

/// Damages one to three words of the commands and of what they load, with a right CRC, `rounds` times: the
/// runtime refuses the package or stays within its memories and reports no error but a wrong parameter or
/// `engine_error`. The sanitizers watch.
void expect_damage_is_contained(const std::vector<std::uint8_t>& package, int rounds,
                                std::uint32_t engine_error);

}  // namespace kasane::compiler::test
