#include "models/kernel_comp_unit/config.h"

#include <boost/crc.hpp>
#include <stdexcept>
#include <string>

#include "kasane/kernel_comp_units.h"

namespace kasane::kcu {
namespace {

void expect(const char* what, std::uint64_t value, std::uint64_t least, std::uint64_t most) {
  if (value >= least && value <= most) return;
  throw std::invalid_argument("kernel_comp_units: " + std::string(what) + " is " + std::to_string(value) +
                              ", expected " + std::to_string(least) + " to " + std::to_string(most));
}

}  // namespace

void check(const KcuConfig& config) {
  expect("number of units", config.units.size(), 1, KASANE_KCU_MAX_UNITS);
  for (std::size_t n = 0; n < config.units.size(); ++n) {
    const UnitKernel& unit = config.units[n];
    if ((unit.size != 3 && unit.size != 5 && unit.size != 7) ||
        unit.constants.size() != std::size_t{unit.size} * unit.size) {
      throw std::invalid_argument("kernel_comp_units: unit " + std::to_string(n) + " has " +
                                  std::to_string(unit.constants.size()) + " constants of a kernel of size " +
                                  std::to_string(unit.size) + ", expected 3x3, 5x5 or 7x7");
    }
  }
  expect("ports", config.ports, 1, 64);
  expect("lanes", config.lanes, 1, 64);
  expect("pixels_per_cycle", config.pixels_per_cycle, 1, 16);
  expect("gain_bits", config.gain_bits, 2, 16);
  expect("line_bytes", config.line_bytes, 8, 4096);
  expect("response_words", config.response_words, 16, 4096);
  expect("target_slots", config.target_slots, 1, 1024);
}

std::uint32_t design_crc(std::span<const UnitKernel> units) {
  boost::crc_32_type crc;
  for (const UnitKernel& unit : units) {
    crc.process_byte(static_cast<unsigned char>(unit.size));
    crc.process_bytes(unit.constants.data(), unit.constants.size());
  }
  return crc.checksum();
}

}  // namespace kasane::kcu
