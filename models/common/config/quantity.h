/// Numbers with units as configuration files write them: "500 MHz", "256 KiB", "10 us", "0.9 V".
#pragma once

#include <cstdint>
#include <string_view>

namespace kasane {

enum class Dimension : std::uint8_t { bytes, frequency, time, voltage };

/// The number in the dimension's base unit: bytes, hertz, picoseconds, volts.
/// Throws std::invalid_argument saying what was expected where the text is no number with one of its units.
double parse_quantity(std::string_view text, Dimension dimension);

/// The same for dimensions counted in whole base units (bytes, hertz, picoseconds); also throws for a
/// fraction of one, a negative number, or one beyond 2^63.
std::uint64_t parse_whole_quantity(std::string_view text, Dimension dimension);

}  // namespace kasane
