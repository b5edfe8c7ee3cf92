/// What a block is built of: names and energies of its operations, area, leakage and clock of its parts.
#pragma once

#include <cstdint>
#include <string_view>

#include "models/common/energy_account.h"
#include "models/common/power_domain.h"
#include "models/technology/technology.h"

namespace kasane {

/// One kind of operation of a block, at nominal voltage.
struct OperationCost {
  const char* name;
  Figure joules;
};

/// The sum of a block's parts.
struct Structure {
  double area_mm2 = 0;
  Figure leakage_watts;
  Figure clock_joules;  ///< of one cycle, of what is clocked whether it works or not

  /// `count` of a component that the technology has area and leakage of; need not be whole.
  void add(const Technology& technology, std::string_view component, double count);
  void add(const SramFigures& macro, double count);
  /// Adders of `width` bits.
  void add_adders(const Technology& technology, std::uint32_t width, double count);
};

/// Adds a block to the account and what it leaks and clocks to its domain.
BlockId add_block(const char* name, const Structure& structure, PowerDomain& domain, EnergyAccount& account);

/// A register's bit that is written: its energy and that of its clock.
Figure register_joules(const Technology& technology);

/// An addition of `width` bits.
Figure adder_joules(const Technology& technology, std::uint32_t width);

}  // namespace kasane
