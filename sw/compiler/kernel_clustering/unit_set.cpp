#include "sw/compiler/kernel_clustering/unit_set.h"

#include <boost/crc.hpp>
#include <cmath>

namespace kasane::compiler {

double Unit::scale() const {
  double square = 0;
  for (const std::int8_t constant : constants) square += constant * constant;
  return 1 / std::sqrt(square);
}

std::uint32_t design_crc(const UnitSet& set) {
  boost::crc_32_type crc;
  for (const Unit& unit : set.units) {
    crc.process_byte(static_cast<unsigned char>(unit.size));
    crc.process_bytes(unit.constants.data(), unit.constants.size());
  }
  return crc.checksum();
}

}  // namespace kasane::compiler
