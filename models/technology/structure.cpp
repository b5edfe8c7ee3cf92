#include "models/technology/structure.h"

namespace kasane {
namespace {

/// A figure of an adder of `width` bits, on the line through the technology's adders of 8 and 32 bits; below
/// 8 bits in proportion to the width.
template <typename Quantity>
Quantity of_adder(std::uint32_t width, const Quantity& of_8, const Quantity& of_32) {
  if (width < 8) return of_8 * width / 8;
  return of_8 + (of_32 - of_8) * (width - 8.0) / 24;
}

}  // namespace

void Structure::add(const Technology& technology, std::string_view component, double count) {
  area_mm2 += count * technology.area_mm2(component);
  leakage_watts += count * technology.leakage_watts(component);
}

void Structure::add(const SramFigures& macro, double count) {
  area_mm2 += count * macro.area_mm2;
  leakage_watts += count * macro.leakage_watts;
}

void Structure::add_adders(const Technology& technology, std::uint32_t width, double count) {
  area_mm2 += count * of_adder(width, technology.area_mm2("int8_add"), technology.area_mm2("int32_add"));
  leakage_watts +=
      count * of_adder(width, technology.leakage_watts("int8_add"), technology.leakage_watts("int32_add"));
}

BlockId add_block(const char* name, const Structure& structure, PowerDomain& domain, EnergyAccount& account) {
  const BlockId block = account.add_block(name, structure.area_mm2);
  domain.attach(block, structure.leakage_watts, structure.clock_joules);
  return block;
}

Figure register_joules(const Technology& technology) {
  return technology.joules("register_bit") + technology.joules("register_bit_clock");
}

Figure adder_joules(const Technology& technology, std::uint32_t width) {
  return of_adder(width, technology.joules("int8_add"), technology.joules("int32_add"));
}

}  // namespace kasane
